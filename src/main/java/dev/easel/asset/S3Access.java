package dev.easel.asset;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/**
 * How a service that speaks the protocol of S3 is reached.
 *
 * @param endpoint empty for AWS
 * @param region empty for the one that the environment of this process names
 * @param pathStyle whether addresses have the bucket in their path rather than in their host
 * @param keys empty for those that the environment of this process has: variables, a profile, the
 *     role of a machine
 */
public record S3Access(
    Optional<URI> endpoint, Optional<String> region, boolean pathStyle, Optional<Keys> keys) {
  private static final Duration CONNECTING = Duration.ofSeconds(5);
  private static final Duration SILENCE = Duration.ofSeconds(30);

  /** What requests are signed with. */
  public record Keys(String access, String secret) {
    @Override
    public String toString() {
      return "the key " + access;
    }
  }

  /**
   * Checksums of newer kinds are left out unless an operation demands one: R2 and older MinIO
   * refuse them. What is sent is checked by Content-MD5 instead.
   */
  S3Client client() {
    S3ClientBuilder builder =
        S3Client.builder()
            .httpClientBuilder(
                UrlConnectionHttpClient.builder()
                    .connectionTimeout(CONNECTING)
                    .socketTimeout(SILENCE))
            .credentialsProvider(credentials())
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
            .serviceConfiguration(configuration());
    endpoint.ifPresent(builder::endpointOverride);
    knownRegion().ifPresent(builder::region);
    return builder.build();
  }

  S3Presigner presigner() {
    S3Presigner.Builder builder =
        S3Presigner.builder()
            .credentialsProvider(credentials())
            .serviceConfiguration(configuration());
    endpoint.ifPresent(builder::endpointOverride);
    knownRegion().ifPresent(builder::region);
    return builder.build();
  }

  private S3Configuration configuration() {
    return S3Configuration.builder()
        .pathStyleAccessEnabled(pathStyle)
        .chunkedEncodingEnabled(false) // not everybody who speaks the protocol knows it
        .build();
  }

  private AwsCredentialsProvider credentials() {
    return keys.<AwsCredentialsProvider>map(both ->
            StaticCredentialsProvider.create(
                AwsBasicCredentials.create(both.access(), both.secret())))
        .orElseGet(() -> DefaultCredentialsProvider.builder().build());
  }

  /** Others than AWS take any region, or this one. */
  private Optional<Region> knownRegion() {
    return region.or(() -> endpoint.map(_ -> Region.US_EAST_1.id())).map(Region::of);
  }

  /** What an operator has to put right after {@code failed}, with the setting's name in front. */
  String advice(S3Bucket bucket, SdkException failed) {
    String service = endpoint.map(URI::toString).orElse("AWS");
    if (failed instanceof S3Exception answer) {
      String code =
          answer.awsErrorDetails() == null
              ? "status " + answer.statusCode()
              : answer.awsErrorDetails().errorCode();
      return switch (answer.statusCode()) {
        case 404 ->
            "assets: there is no bucket \"%s\" at %s (%s)".formatted(bucket.name(), service, code);
        case 301, 307, 400 ->
            "assets.s3.region: %s does not serve the bucket \"%s\" in this region (%s)"
                .formatted(service, bucket.name(), code);
        case 401, 403 ->
            code.equals("AccessDenied")
                ? "assets: %s may not list or read the bucket \"%s\" at %s (%s)"
                    .formatted(signer(), bucket.name(), service, code)
                : "assets.s3.access-key, assets.s3.secret-key: %s does not accept %s (%s)"
                    .formatted(service, signer(), code);
        default -> "assets.s3.endpoint: %s answers with %s".formatted(service, answer.getMessage());
      };
    }
    String why = innermost(failed);
    if (why.contains("credentials")) {
      return "assets.s3.access-key, assets.s3.secret-key: not set, and the environment has none: "
          + why;
    }
    return why.contains("region")
        ? "assets.s3.region: not set, and the environment has none: " + why
        : "assets.s3.endpoint: cannot reach %s: %s".formatted(service, why);
  }

  private String signer() {
    return keys.map(Keys::toString).orElse("the key of the environment");
  }

  private static String innermost(Throwable failed) {
    Throwable cause = failed;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    String message = String.valueOf(cause.getMessage());
    return cause instanceof SdkException || cause instanceof IllegalStateException
        ? message
        : cause.getClass().getSimpleName() + ": " + message;
  }
}
