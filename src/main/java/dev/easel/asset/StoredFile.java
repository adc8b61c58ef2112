package dev.easel.asset;

import java.time.Duration;
import java.util.Optional;

/**
 * A file that is in the store, on disk and synced.
 *
 * @param name its address in the store: {@code stem.extension}
 * @param bytes its length
 * @param sha256 of its content, in lower-case hexadecimal
 * @param size empty where the file's head does not say
 * @param duration of a film; empty for a picture, and where the file's head does not say
 */
public record StoredFile(
    String name,
    MediaType type,
    long bytes,
    String sha256,
    Optional<PixelSize> size,
    Optional<Duration> duration) {}
