package dev.easel.catalog;

/**
 * The catalogue cannot be used as it is written; the message says where and why in one line that an
 * operator can act on.
 */
public final class CatalogException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** What it is about, as a path in a document; empty where that is not known. */
  private final String about;

  public CatalogException(String message) {
    super(message);
    about = "";
  }

  /** A complaint about what stands at a path: {@code models.gpt-image-2.parameters}. */
  CatalogException(String about, String message) {
    super(message);
    this.about = about;
  }

  public CatalogException(String message, Throwable cause) {
    super(message, cause);
    about = "";
  }

  String about() {
    return about;
  }
}
