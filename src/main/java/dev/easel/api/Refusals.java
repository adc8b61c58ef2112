package dev.easel.api;

import dev.easel.wording.Language;

/** The table from {@link ApiError} to the shape that a dialect gives it. */
public interface Refusals {
  /** What a refused caller is answered. */
  Answer refuse(ApiError error, Language language);
}
