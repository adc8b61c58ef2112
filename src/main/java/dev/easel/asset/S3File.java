package dev.easel.asset;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/** A file in a bucket, as it was when it was opened. */
record S3File(Source source, String key, MediaType type, HeadObjectResponse head)
    implements AssetStore.Opened {

  /**
   * Where it is.
   *
   * @param presigner empty where files are only had through us
   */
  record Source(S3Bucket bucket, S3Client client, Optional<S3Presigner> presigner) {}

  @Override
  public long bytes() {
    return head.contentLength();
  }

  @Override
  public Instant modified() {
    return head.lastModified();
  }

  @Override
  public void copy(long offset, long length, OutputStream out) throws IOException {
    if (length == 0) {
      return;
    }
    try (ResponseInputStream<GetObjectResponse> in =
        source.client().getObject(part(offset, length))) {
      boolean whole = false;
      try {
        pass(in, length, out);
        whole = true;
      } finally {
        if (!whole) {
          in.abort(); // what closes would read the rest
        }
      }
    } catch (NoSuchKeyException gone) {
      throw new NoSuchFileException(key);
    } catch (SdkException away) {
      throw new IOException("cannot read " + key + " in " + source.bucket(), away);
    }
  }

  /** Of the object that was opened, never of one that has replaced it. */
  private GetObjectRequest part(long offset, long length) {
    GetObjectRequest.Builder request =
        GetObjectRequest.builder().bucket(source.bucket().name()).key(key).ifMatch(head.eTag());
    return length == bytes()
        ? request.build()
        : request.range("bytes=" + offset + "-" + (offset + length - 1)).build();
  }

  private static void pass(ResponseInputStream<GetObjectResponse> in, long length, OutputStream out)
      throws IOException {
    byte[] chunk = new byte[(int) Math.min(Arrivals.CHUNK, length)];
    for (long left = length; left > 0; ) {
      int count = in.read(chunk, 0, (int) Math.min(chunk.length, left));
      if (count < 0) {
        throw new IOException("the bucket's answer is too short");
      }
      out.write(chunk, 0, count);
      left -= count;
    }
  }

  @Override
  public Optional<URI> direct(Duration life, String disposition) {
    return source
        .presigner()
        .map(presigner ->
            presigner.presignGetObject(presign ->
                presign
                    .signatureDuration(life)
                    .getObjectRequest(get ->
                        get.bucket(source.bucket().name())
                            .key(key)
                            .responseContentDisposition(disposition))))
        .map(signed -> URI.create(signed.url().toString()));
  }

  @Override
  public void close() {
    // Nothing is held between reads.
  }
}
