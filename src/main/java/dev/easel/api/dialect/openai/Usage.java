package dev.easel.api.dialect.openai;

import dev.easel.catalog.Parameters;
import dev.easel.task.Asset;
import dev.easel.task.TaskRequest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What clients of GPT image models expect to be told about tokens. Nothing is charged by tokens
 * here, and most upstreams do not count them: these are estimates for square pictures by quality,
 * by area for others.
 */
final class Usage {
  private static final double SQUARE = 1024 * 1024;
  private static final int BYTES_FOR_A_TOKEN = 4;
  private static final int TOKENS_OF_A_REFERENCE = 194;

  private Usage() {}

  static ObjectNode of(TaskRequest request, List<Asset> results) {
    Parameters parameters = request.parameters();
    long text =
        Math.ceilDiv(
            parameters.prompt().getBytes(StandardCharsets.UTF_8).length, BYTES_FOR_A_TOKEN);
    long images = (long) TOKENS_OF_A_REFERENCE * parameters.images().size();
    long output =
        results.stream()
            .mapToLong(result ->
                Math.round(
                    ofSquare(parameters.text("quality").orElse("auto"))
                        * (double) result.width().orElse(0)
                        * result.height().orElse(0)
                        / SQUARE))
            .sum();
    ObjectNode usage = JsonNodeFactory.instance.objectNode().put("input_tokens", text + images);
    usage.putObject("input_tokens_details").put("text_tokens", text).put("image_tokens", images);
    usage.put("output_tokens", output);
    usage.putObject("output_tokens_details").put("text_tokens", 0).put("image_tokens", output);
    return usage.put("total_tokens", text + images + output);
  }

  private static int ofSquare(String quality) {
    return switch (quality) {
      case "low" -> 272;
      case "high" -> 4_160;
      default -> 1_056;
    };
  }
}
