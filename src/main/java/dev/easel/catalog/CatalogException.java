package dev.easel.catalog;

/**
 * The catalogue cannot be used as it is written; the message says where and why in one line that an
 * operator can act on.
 */
public final class CatalogException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public CatalogException(String message) {
    super(message);
  }

  public CatalogException(String message, Throwable cause) {
    super(message, cause);
  }
}
