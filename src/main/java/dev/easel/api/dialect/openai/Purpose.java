package dev.easel.api.dialect.openai;

import dev.easel.catalog.Catalog;
import dev.easel.catalog.Listing;
import dev.easel.catalog.MediaKind;

/** What a path is for; not every model can be used at every path. */
enum Purpose {
  GENERATION("image_generation"),
  EDIT("image_edit"),
  VIDEO("video");

  private final String word;

  Purpose(String word) {
    this.word = word;
  }

  /** What its events are called, before the dot. */
  String word() {
    return word;
  }

  /** Whether what {@code listing} sells can be used for it. */
  boolean fits(Catalog catalog, Listing listing) {
    MediaKind kind = catalog.model(listing).kind();
    return switch (this) {
      case GENERATION -> kind == MediaKind.IMAGE;
      case EDIT -> kind == MediaKind.IMAGE && listing.field("image").isPresent();
      case VIDEO -> kind == MediaKind.VIDEO;
    };
  }
}
