package dev.easel.asset;

/**
 * A bucket, and which of its objects are ours.
 *
 * @param prefix stands before the names of our files, with a slash between; may be empty
 */
public record S3Bucket(String name, String prefix) {
  String key(String file) {
    return prefix.isEmpty() ? file : prefix + "/" + file;
  }

  /** {@code s3://name/prefix}. */
  @Override
  public String toString() {
    return "s3://" + name + (prefix.isEmpty() ? "" : "/" + prefix);
  }
}
