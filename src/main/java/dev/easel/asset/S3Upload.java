package dev.easel.asset;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.MultipartUpload;

/**
 * Sends a file to a bucket: a small one at once, a large one in parts, each with its Content-MD5,
 * so that the service refuses what did not come through as it was. Never more than a part is in
 * memory.
 */
final class S3Upload {
  /** At least 5 MiB by the protocol; a part is what is sent again after a failure. */
  static final int PART = 8 << 20;

  /** Whoever serves the bucket to the world sends this along. */
  private static final String FOR_EVER = "public, max-age=31536000, immutable";

  private static final Logger log = LoggerFactory.getLogger(S3Upload.class);

  private final S3Client client;
  private final S3Bucket bucket;

  S3Upload(S3Client client, S3Bucket bucket) {
    this.client = client;
    this.bucket = bucket;
  }

  /** Sends {@code content}; the object is there as a whole when this returns. */
  void send(StoredFile file, FileChannel content) throws IOException {
    if (file.bytes() <= PART) {
      byte[] whole = read(content, 0, (int) file.bytes());
      client.putObject(
          put ->
              put.bucket(bucket.name())
                  .key(bucket.key(file.name()))
                  .contentType(file.type().mime())
                  .cacheControl(FOR_EVER)
                  .contentMD5(md5(whole)),
          body(whole));
    } else {
      sendParts(file, content);
    }
  }

  private void sendParts(StoredFile file, FileChannel content) throws IOException {
    String upload =
        client
            .createMultipartUpload(create ->
                create
                    .bucket(bucket.name())
                    .key(bucket.key(file.name()))
                    .contentType(file.type().mime())
                    .cacheControl(FOR_EVER))
            .uploadId();
    boolean complete = false;
    try {
      List<CompletedPart> parts = new ArrayList<>();
      for (long offset = 0; offset < file.bytes(); offset += PART) {
        byte[] part = read(content, offset, (int) Math.min(PART, file.bytes() - offset));
        parts.add(sendPart(file, upload, parts.size() + 1, part));
      }
      client.completeMultipartUpload(request ->
          request
              .bucket(bucket.name())
              .key(bucket.key(file.name()))
              .uploadId(upload)
              .multipartUpload(all -> all.parts(parts)));
      complete = true;
    } finally {
      if (!complete) {
        abort(bucket.key(file.name()), upload);
      }
    }
  }

  private CompletedPart sendPart(StoredFile file, String upload, int number, byte[] part) {
    String tag =
        client
            .uploadPart(
                request ->
                    request
                        .bucket(bucket.name())
                        .key(bucket.key(file.name()))
                        .uploadId(upload)
                        .partNumber(number)
                        .contentMD5(md5(part)),
                body(part))
            .eTag();
    return CompletedPart.builder().partNumber(number).eTag(tag).build();
  }

  /** Parts that belong to no object are paid for, and are in no list of objects. */
  private void abort(String key, String upload) {
    try {
      client.abortMultipartUpload(
          request -> request.bucket(bucket.name()).key(key).uploadId(upload));
    } catch (SdkException away) {
      log.warn("{}: the parts of {} stay until a later start: {}", bucket, key, away.toString());
    }
  }

  /** Removes the parts of uploads that were begun before {@code before}: left by a crash. */
  void sweep(Instant before) {
    try {
      for (MultipartUpload begun :
          client
              .listMultipartUploadsPaginator(
                  list -> list.bucket(bucket.name()).prefix(bucket.key("")))
              .uploads()) {
        // Others may use the bucket too.
        boolean isOurs = Arrivals.type(begun.key().substring(bucket.key("").length())).isPresent();
        if (isOurs && begun.initiated() != null && begun.initiated().isBefore(before)) {
          abort(begun.key(), begun.uploadId());
        }
      }
    } catch (SdkException refused) {
      // A key may well be without this right; the bucket's own rules can do it too.
      log.debug("{}: cannot look for uploads that were cut short: {}", bucket, refused.toString());
    }
  }

  private static byte[] read(FileChannel content, long offset, int length) throws IOException {
    ByteBuffer part = ByteBuffer.allocate(length);
    while (part.hasRemaining()) {
      if (content.read(part, offset + part.position()) < 0) {
        throw new IOException("the file has become shorter");
      }
    }
    return part.array();
  }

  /** Can be read again, for the signature and for another try; not copied. */
  private static RequestBody body(byte[] content) {
    return RequestBody.fromContentProvider(
        () -> new ByteArrayInputStream(content), content.length, "application/octet-stream");
  }

  private static String md5(byte[] content) {
    return Base64.getEncoder().encodeToString(Arrivals.digest("MD5").digest(content));
  }
}
