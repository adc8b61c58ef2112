package dev.easel.config;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Where settings come from, the weakest first.
 *
 * @param file the file named on the command line; otherwise {@code EASEL_CONFIG} names it, and
 *     otherwise it is {@code easel.yaml} in the working directory if there is one
 * @param environment all variables of the process; only {@code EASEL_*} are read
 * @param flags text by key, such as {@code db.url}
 */
public record Sources(
    Optional<Path> file, Map<String, String> environment, Map<String, String> flags) {}
