package dev.easel.net;

import java.net.IDN;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.URI;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a web address asks to contact. There is one reading of a host for the check and for the
 * connection, so that no spelling can mean one thing to the guard and another to the socket.
 */
sealed interface Target {
  /**
   * An address that can be asked.
   *
   * @param uri in ASCII, without a fragment
   * @param host lower-case ASCII without a trailing dot, IPv6 without brackets
   * @param port -1 for the scheme's own
   */
  record Web(URI uri, String host, int port) implements Target {
    String scheme() {
      return uri.getScheme();
    }

    int effectivePort() {
      return port > 0 ? port : scheme().equals("https") ? 443 : 80;
    }
  }

  /** Not an address to ask; {@code reason} continues a sentence that begins with it. */
  record Unusable(String reason) implements Target {}

  Pattern AUTHORITY = Pattern.compile("(\\[[0-9A-Fa-f:.]+]|[^\\[\\]:@]+)(?::([0-9]{0,5}))?");
  Pattern NAME = Pattern.compile("[a-z0-9_-]+(?:\\.[a-z0-9_-]+)*");
  Pattern NUMBER = Pattern.compile("[0-9]+|0x[0-9a-f]*");

  /** Reads {@code uri} as the target of a request. */
  static Target of(URI uri) {
    String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
    if (!scheme.equals("http") && !scheme.equals("https")) {
      return new Unusable("is not an http or https address");
    }
    String authority = uri.getRawAuthority();
    if (authority == null) {
      return new Unusable("has no host");
    }
    if (authority.contains("@")) {
      return new Unusable("carries a user name or password, which is not allowed");
    }
    Matcher parts = AUTHORITY.matcher(authority);
    if (!parts.matches()) {
      return new Unusable("has a malformed host");
    }
    Optional<String> host = host(parts.group(1));
    if (host.isEmpty()) {
      return new Unusable("has a malformed host");
    }
    String digits = parts.group(2);
    int port = digits == null || digits.isEmpty() ? -1 : Integer.parseInt(digits);
    if (port == 0 || port > 65_535) {
      return new Unusable("has a malformed port");
    }
    return new Web(assemble(scheme, host.get(), port, uri), host.get(), port);
  }

  private static URI assemble(String scheme, String host, int port, URI uri) {
    StringBuilder text = new StringBuilder(scheme).append("://");
    text.append(host.contains(":") ? "[" + host + "]" : host);
    if (port > 0) {
      text.append(':').append(port);
    }
    String path = uri.getRawPath();
    text.append(path == null || path.isEmpty() ? "/" : path);
    if (uri.getRawQuery() != null) {
      text.append('?').append(uri.getRawQuery());
    }
    return URI.create(URI.create(text.toString()).toASCIIString());
  }

  /** The host as it is connected to; empty when it is neither a name nor an address. */
  private static Optional<String> host(String text) {
    if (text.startsWith("[")) {
      String inside = text.substring(1, text.length() - 1);
      return literal(inside).map(address -> inside.toLowerCase(Locale.ROOT));
    }
    String ascii;
    try {
      // Maps full-width digits and ideographic dots to plain ones, as browsers do.
      ascii = IDN.toASCII(text, IDN.ALLOW_UNASSIGNED).toLowerCase(Locale.ROOT);
    } catch (IllegalArgumentException | IndexOutOfBoundsException malformed) {
      return Optional.empty();
    }
    String name = ascii.endsWith(".") ? ascii.substring(0, ascii.length() - 1) : ascii;
    if (name.length() > 253 || !NAME.matcher(name).matches()) {
      return Optional.empty();
    }
    return endsInNumber(name) && literal(name).isEmpty() ? Optional.empty() : Optional.of(name);
  }

  /** No name ends in a number: such a host is an IPv4 address or nothing (WHATWG URL, 3.5). */
  private static boolean endsInNumber(String name) {
    return NUMBER.matcher(name.substring(name.lastIndexOf('.') + 1)).matches();
  }

  /**
   * The address that a host is, in any spelling that a C library takes: {@code 127.0.0.1}, {@code
   * 127.1}, {@code 2130706433}, {@code 0x7f000001}, {@code 0177.0.0.1}, {@code ::1}. Empty for a
   * name. Asks no name server.
   */
  static Optional<InetAddress> literal(String host) {
    try {
      if (host.contains(":")) {
        return Optional.of(Inet6Address.ofLiteral(host));
      }
      return endsInNumber(host) ? Optional.of(Inet4Address.ofPosixLiteral(host)) : Optional.empty();
    } catch (IllegalArgumentException malformed) {
      return Optional.empty();
    }
  }
}
