package dev.easel.cli.bench;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * What a benchmark found.
 *
 * @param perSecond operations that ended well
 * @param boundPerSecond of what bounds it, measured in the same run
 * @param errors operations that did not end as they should
 * @param more what only this benchmark measures, by name
 */
record Figures(
    double perSecond,
    double p50Millis,
    double p99Millis,
    double boundPerSecond,
    long errors,
    Map<String, Object> more) {
  Figures {
    more = Collections.unmodifiableMap(new LinkedHashMap<>(more));
  }

  static Figures of(Load.Tally tally, Duration elapsed, double boundPerSecond) {
    Histogram nanos = tally.nanos();
    return new Figures(
        nanos.getTotalCount() / (elapsed.toNanos() / 1e9),
        nanos.getValueAtPercentile(50) / 1e6,
        nanos.getValueAtPercentile(99) / 1e6,
        boundPerSecond,
        tally.errors(),
        Map.of());
  }

  double ratio() {
    return boundPerSecond == 0 ? 0 : perSecond / boundPerSecond;
  }

  Map<String, Object> json(String bench) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("bench", bench);
    json.put("ops_per_second", Math.round(perSecond));
    json.put("p50_ms", rounded(p50Millis));
    json.put("p99_ms", rounded(p99Millis));
    json.put("bound_per_second", Math.round(boundPerSecond));
    json.put("ratio", rounded(ratio()));
    json.put("errors", errors);
    json.putAll(more);
    return json;
  }

  private static double rounded(double value) {
    return Math.round(value * 100) / 100.0;
  }
}
