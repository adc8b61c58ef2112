package dev.easel.net;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.io.entity.AbstractHttpEntity;

/** A body of known length that remembers whether any of it may have left. */
final class SentBody extends AbstractHttpEntity {
  /** JSON has no charset parameter (RFC 8259, section 11), and some receivers compare the text. */
  private static final ContentType JSON = ContentType.create("application/json");

  private final byte[] content;
  private volatile boolean begun;

  SentBody(byte[] content) {
    super(JSON, null);
    this.content = content;
  }

  boolean hasBegun() {
    return begun;
  }

  @Override
  public void writeTo(OutputStream out) throws IOException {
    begun = true;
    out.write(content);
  }

  @Override
  public InputStream getContent() {
    begun = true;
    return new ByteArrayInputStream(content);
  }

  @Override
  public long getContentLength() {
    return content.length;
  }

  @Override
  public boolean isStreaming() {
    return false;
  }

  @Override
  public void close() {
    // holds nothing
  }
}
