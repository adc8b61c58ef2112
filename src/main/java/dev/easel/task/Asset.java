package dev.easel.task;

import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * A stored result.
 *
 * @param name its unguessable file name, the last part of its address
 * @param mediaType such as {@code image/png}, found in the file itself
 * @param sha256 in lower-case hex
 */
public record Asset(
    String name,
    String mediaType,
    long bytes,
    String sha256,
    OptionalInt width,
    OptionalInt height,
    OptionalLong durationMillis) {}
