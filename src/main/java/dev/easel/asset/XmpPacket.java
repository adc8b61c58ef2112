package dev.easel.asset;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.easel.asset.Provenance.Mark;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.transform.OutputKeys;
import javax.xml.transform.Transformer;
import javax.xml.transform.TransformerException;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.w3c.dom.Attr;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;
import org.xml.sax.ErrorHandler;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;

/**
 * XMP (ISO 16684-1) with what a {@link Mark} says. What a packet has already is kept: only another
 * DigitalSourceType gives way, because whoever wrote it did not know better, and a label of GB
 * 45438-2025 that somebody else has put there stays, because they made the file.
 */
sealed interface XmpPacket {
  /** No packet that is longer is read or written. */
  int LONGEST = 1 << 20;

  /** The whole packet. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Written(byte[] packet) implements XmpPacket {}

  /** The packet says all of it. */
  record SaidAlready() implements XmpPacket {}

  /** The packet makes no sense. */
  record Unreadable() implements XmpPacket {}

  /** A property: where it belongs, and its usual name in a document. */
  record Property(String namespace, String prefix, String name) {
    String qualified() {
      return prefix + ":" + name;
    }
  }

  String RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
  String GENERATED = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia";
  Property SOURCE_TYPE =
      new Property(
          "http://iptc.org/std/Iptc4xmpExt/2008-02-29/", "Iptc4xmpExt", "DigitalSourceType");
  Property AIGC = new Property("http://www.tc260.org.cn/ns/AIGC/1.0/", "TC260", "AIGC");

  /** A picture that was made of a picture and something generated says more than ours does. */
  Set<String> AS_GOOD =
      Set.of(
          GENERATED,
          "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia");

  String BEFORE = "<?xpacket begin=\"\uFEFF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n";
  String AFTER = "\n<?xpacket end=\"w\"?>";

  /** The packet of a file that has {@code existing}, which is empty where it has none. */
  static XmpPacket with(byte[] existing, Mark mark) {
    return existing.length == 0 ? fresh(mark) : merged(existing, mark);
  }

  /** A packet that says what {@code mark} does and nothing else. */
  static Written fresh(Mark mark) {
    StringBuilder properties = new StringBuilder();
    if (mark.iptc()) {
      append(properties, SOURCE_TYPE, GENERATED);
    }
    mark.producer().ifPresent(producer -> append(properties, AIGC, label(producer, mark.id())));
    return packet(
        """
        <x:xmpmeta xmlns:x="adobe:ns:meta/">
        <rdf:RDF xmlns:rdf="%s">
        <rdf:Description rdf:about="">
        %s</rdf:Description>
        </rdf:RDF>
        </x:xmpmeta>\
        """
            .formatted(RDF, properties));
  }

  private static Written packet(String xml) {
    return new Written((BEFORE + xml + AFTER).getBytes(UTF_8));
  }

  private static void append(StringBuilder xml, Property property, String value) {
    String escaped = value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    xml.append(
        "<%1$s xmlns:%2$s=\"%3$s\">%4$s</%1$s>\n"
            .formatted(property.qualified(), property.prefix(), property.namespace(), escaped));
  }

  /** The JSON that the standard asks for, annex E: what we know, and the rest empty. */
  private static String label(String producer, String id) {
    return """
    {"Label":"1","ContentProducer":"%s","ProduceID":"%s","ReservedCode1":"",\
    "ContentPropagator":"","PropagateID":"","ReservedCode2":""}\
    """
        .formatted(producer, id);
  }

  private static XmpPacket merged(byte[] existing, Mark mark) {
    Optional<Document> document = parsed(existing);
    Optional<Element> description = document.flatMap(XmpPacket::description);
    if (description.isEmpty()) {
      return new Unreadable();
    }
    boolean changed = false;
    if (mark.iptc()
        && values(description.get(), SOURCE_TYPE).stream().noneMatch(AS_GOOD::contains)) {
      remove(description.get(), SOURCE_TYPE);
      add(description.get(), SOURCE_TYPE, GENERATED);
      changed = true;
    }
    if (mark.producer().isPresent() && values(description.get(), AIGC).isEmpty()) {
      add(description.get(), AIGC, label(mark.producer().get(), mark.id()));
      changed = true;
    }
    return changed ? written(document.get()) : new SaidAlready();
  }

  private static Optional<Document> parsed(byte[] packet) {
    int length = packet.length;
    while (length > 0 && packet[length - 1] == 0) { // some writers fill up with zeros
      length--;
    }
    if (length > LONGEST) {
      return Optional.empty();
    }
    try {
      return Optional.of(builder().parse(new ByteArrayInputStream(packet, 0, length)));
    } catch (SAXException | IOException malformed) {
      return Optional.empty();
    }
  }

  /** Reads nothing but what it is given: no document type, so no entities. */
  private static DocumentBuilder builder() {
    try {
      DocumentBuilderFactory factory = DocumentBuilderFactory.newDefaultNSInstance();
      factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
      factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
      DocumentBuilder builder = factory.newDocumentBuilder();
      builder.setErrorHandler(new Silent());
      return builder;
    } catch (ParserConfigurationException impossible) {
      throw new IllegalStateException("every Java reads XML", impossible);
    }
  }

  /** The default one prints. */
  record Silent() implements ErrorHandler {
    @Override
    public void warning(SAXParseException warning) {
      // The document can be used.
    }

    @Override
    public void error(SAXParseException error) throws SAXException {
      throw error;
    }

    @Override
    public void fatalError(SAXParseException error) throws SAXException {
      throw error;
    }
  }

  /** The first one: all of a packet's are about the same file. */
  private static Optional<Element> description(Document document) {
    NodeList found = document.getElementsByTagNameNS(RDF, "Description");
    return found.getLength() > 0
            && found.item(0) instanceof Element first
            && RDF.equals(first.getParentNode().getNamespaceURI())
        ? Optional.of(first)
        : Optional.empty();
  }

  private static List<String> values(Element description, Property property) {
    List<String> values = new ArrayList<>();
    for (Node node : nodes(description, property)) {
      String resource =
          node instanceof Element element ? element.getAttributeNS(RDF, "resource") : "";
      values.add(resource.isEmpty() ? node.getTextContent().strip() : resource);
    }
    return values;
  }

  private static void remove(Element description, Property property) {
    for (Node node : nodes(description, property)) {
      if (node instanceof Attr attribute) {
        attribute.getOwnerElement().removeAttributeNode(attribute);
      } else {
        node.getParentNode().removeChild(node);
      }
    }
  }

  /** Where the file has {@code property}: XMP may be written in elements or in attributes. */
  private static List<Node> nodes(Element description, Property property) {
    List<Node> nodes = new ArrayList<>();
    Node siblings = description.getParentNode();
    for (Node about = siblings.getFirstChild(); about != null; about = about.getNextSibling()) {
      if (about instanceof Element one) {
        Attr attribute = one.getAttributeNodeNS(property.namespace(), property.name());
        if (attribute != null) {
          nodes.add(attribute);
        }
        for (Node child = one.getFirstChild(); child != null; child = child.getNextSibling()) {
          if (property.namespace().equals(child.getNamespaceURI())
              && property.name().equals(child.getLocalName())) {
            nodes.add(child);
          }
        }
      }
    }
    return nodes;
  }

  private static void add(Element description, Property property, String value) {
    Document document = description.getOwnerDocument();
    Element element = document.createElementNS(property.namespace(), property.qualified());
    element.setAttributeNS(
        XMLConstants.XMLNS_ATTRIBUTE_NS_URI, "xmlns:" + property.prefix(), property.namespace());
    element.setTextContent(value);
    description.appendChild(element);
  }

  private static XmpPacket written(Document document) {
    StringWriter xml = new StringWriter();
    try {
      Transformer transformer = TransformerFactory.newDefaultInstance().newTransformer();
      transformer.setOutputProperty(OutputKeys.OMIT_XML_DECLARATION, "yes");
      transformer.transform(new DOMSource(document.getDocumentElement()), new StreamResult(xml));
    } catch (TransformerException impossible) {
      throw new IllegalStateException("every Java writes XML", impossible);
    }
    return packet(xml.toString());
  }
}
