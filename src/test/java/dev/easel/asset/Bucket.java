package dev.easel.asset;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.s3proxy.nio2blob.TransientNio2BlobStore;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.S3Object;

/** A server of S3 in memory, with one bucket, which refuses what is not signed with its key. */
public final class Bucket implements AutoCloseable {
  public static final String NAME = "easel-files";
  public static final String ACCESS_KEY = "AKIAEASELTEST";
  public static final String SECRET_KEY = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

  private final BlobStore blobs = new TransientNio2BlobStore();
  private S3Proxy server;
  private final int port;

  public Bucket() {
    blobs.createContainer(NAME);
    server = listening(0);
    port = server.getPort();
  }

  private S3Proxy listening(int at) {
    S3Proxy fresh =
        S3Proxy.builder()
            .blobStore(blobs)
            .endpoint(URI.create("http://127.0.0.1:" + at))
            .awsAuthentication(AuthenticationType.AWS_V4, ACCESS_KEY, SECRET_KEY)
            .stopTimeout(0)
            .build();
    try {
      fresh.start();
    } catch (Exception failed) {
      throw new IllegalStateException(failed);
    }
    return fresh;
  }

  public URI endpoint() {
    return URI.create("http://127.0.0.1:" + port);
  }

  /** The settings of a node that keeps its files here. */
  public Map<String, String> settings(String prefix) {
    return Map.of(
        "assets",
        "s3://" + NAME + "/" + prefix,
        "assets.s3.endpoint",
        endpoint().toString(),
        "assets.s3.access-key",
        ACCESS_KEY,
        "assets.s3.secret-key",
        SECRET_KEY);
  }

  S3Access access() {
    return access(SECRET_KEY);
  }

  S3Access access(String secret) {
    return new S3Access(
        Optional.of(endpoint()),
        Optional.empty(),
        true,
        Optional.of(new S3Access.Keys(ACCESS_KEY, secret)));
  }

  /** Stops answering. */
  public void goAway() {
    try {
      server.stop();
    } catch (Exception failed) {
      throw new IllegalStateException(failed);
    }
  }

  /** Answers again, at the same port. */
  public void comeBack() {
    server = listening(port);
  }

  /** The keys of all objects. */
  public List<String> keys() {
    List<String> keys = new ArrayList<>();
    blobs.list(ListObjectsV2Request.builder().bucket(NAME).build()).contents().stream()
        .map(S3Object::key)
        .forEach(keys::add);
    return keys;
  }

  /** How many uploads have been begun and neither completed nor aborted. */
  int uploads() {
    return blobs.listMultipartUploads(NAME).size();
  }

  @Override
  public void close() {
    goAway();
    blobs.close();
  }
}
