package dev.easel.asset;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/**
 * An {@link AssetStore} in a bucket of S3, or of what speaks its protocol. The file {@code abc.png}
 * is the object {@code prefix/abc.png}, which appears as a whole or not at all. What arrives is
 * first in a directory of this node.
 */
public final class S3AssetStore implements AssetPlace {
  /** The object with the id of this place; no file can have that name. */
  private static final String MARKER = "easel-assets.id";

  private final S3Bucket bucket;
  private final S3Client client;
  private final Optional<S3Presigner> presigner;
  private final Arrivals arrivals;

  private S3AssetStore(
      S3Bucket bucket, S3Client client, Optional<S3Presigner> presigner, Arrivals arrivals) {
    this.bucket = bucket;
    this.client = client;
    this.presigner = presigner;
    this.arrivals = arrivals;
  }

  /** How files of a bucket are given to those who ask us for them. */
  public enum Downloads {
    /** We read them and pass them on. */
    THROUGH_US,
    /** They are sent to the bucket, with an address that is signed for a while. */
    PRESIGNED
  }

  /**
   * Opens the store, and removes what a crash left half sent.
   *
   * @param arriving a directory of this node alone
   * @throws CannotOpen when the bucket cannot be listed, and why
   * @throws IOException when {@code arriving} cannot be written
   */
  public static S3AssetStore open(
      S3Bucket bucket, S3Access access, Downloads downloads, Path arriving, InstantSource clock)
      throws CannotOpen, IOException {
    Arrivals arrivals = new Arrivals(arriving, clock.instant());
    S3Client client;
    try {
      client = access.client();
    } catch (SdkException incomplete) {
      throw new CannotOpen(access.advice(bucket, incomplete), incomplete);
    }
    try {
      client.listObjectsV2(list -> list.bucket(bucket.name()).prefix(bucket.key("")).maxKeys(1));
    } catch (SdkException refused) {
      client.close();
      throw new CannotOpen(access.advice(bucket, refused), refused);
    }
    new S3Upload(client, bucket).sweep(clock.instant().minus(Arrivals.ABANDONED));
    Optional<S3Presigner> presigner =
        downloads == Downloads.PRESIGNED ? Optional.of(access.presigner()) : Optional.empty();
    return new S3AssetStore(bucket, client, presigner, arrivals);
  }

  @Override
  public Put put(String stem, InputStream content, long maxBytes) throws IOException {
    S3Upload upload = new S3Upload(client, bucket);
    return arrivals.take(
        stem,
        content,
        maxBytes,
        (file, _, channel) -> asked("store " + file.name(), () -> upload.send(file, channel)));
  }

  @Override
  public Optional<Opened> open(String name) throws IOException {
    Optional<MediaType> type = Arrivals.type(name);
    if (type.isEmpty()) {
      return Optional.empty();
    }
    String key = bucket.key(name);
    return answer("read " + name, () -> head(key))
        .map(head ->
            new S3File(new S3File.Source(bucket, client, presigner), key, type.get(), head));
  }

  private Optional<HeadObjectResponse> head(String key) {
    try {
      return Optional.of(client.headObject(head -> head.bucket(bucket.name()).key(key)));
    } catch (NoSuchKeyException absent) {
      return Optional.empty();
    }
  }

  @Override
  public void delete(String name) throws IOException {
    if (Arrivals.type(name).isPresent()) {
      asked(
          "delete " + name,
          () -> client.deleteObject(object -> object.bucket(bucket.name()).key(bucket.key(name))));
    }
  }

  @Override
  public String location() {
    return bucket.toString();
  }

  @Override
  public void list(Consumer<Listed> reader) throws IOException {
    String before = bucket.key("");
    asked(
        "list files",
        () ->
            client
                .listObjectsV2Paginator(list -> list.bucket(bucket.name()).prefix(before))
                .contents()
                .forEach(object -> {
                  String file = object.key().substring(before.length());
                  if (Arrivals.type(file).isPresent()) {
                    reader.accept(new Listed(file, object.size(), object.lastModified()));
                  }
                }));
  }

  @Override
  public UUID mark(UUID fresh) throws IOException {
    Optional<UUID> known = marker();
    if (known.isPresent()) {
      return known.get();
    }
    asked("write " + MARKER, () -> putMarker(fresh));
    return marker().orElseThrow(() -> new IOException("the marker of " + bucket + " is gone"));
  }

  private Optional<UUID> marker() throws IOException {
    Optional<String> text =
        answer(
            "read " + MARKER,
            () -> {
              try {
                return Optional.of(
                    client
                        .getObjectAsBytes(get -> get.bucket(bucket.name()).key(bucket.key(MARKER)))
                        .asUtf8String());
              } catch (NoSuchKeyException absent) {
                return Optional.empty();
              }
            });
    return text.isEmpty() ? Optional.empty() : Optional.of(AssetPlace.id(location(), text.get()));
  }

  /** Unless another node was first: its id counts. */
  private void putMarker(UUID id) {
    try {
      client.putObject(
          put ->
              put.bucket(bucket.name())
                  .key(bucket.key(MARKER))
                  .contentType("text/plain")
                  .ifNoneMatch("*"),
          RequestBody.fromString(id + "\n", StandardCharsets.UTF_8));
    } catch (S3Exception another) {
      if (another.statusCode() != 412 && another.statusCode() != 409) {
        throw another;
      }
    }
  }

  @Override
  public void close() {
    presigner.ifPresent(S3Presigner::close);
    client.close();
  }

  private interface Step {
    void run() throws IOException;
  }

  private void asked(String what, Step step) throws IOException {
    try {
      step.run();
    } catch (SdkException away) {
      throw failed(what, away);
    }
  }

  private <T> T answer(String what, Supplier<T> step) throws IOException {
    try {
      return step.get();
    } catch (SdkException away) {
      throw failed(what, away);
    }
  }

  private IOException failed(String what, SdkException away) {
    return new IOException("cannot %s in %s: %s".formatted(what, bucket, away.getMessage()), away);
  }
}
