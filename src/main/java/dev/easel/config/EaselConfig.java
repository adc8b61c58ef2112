package dev.easel.config;

import java.util.List;

/** Everything that an operator decides, read and checked before anything starts. */
public record EaselConfig(
    DataSettings data,
    ServerSettings server,
    ApiSettings api,
    DatabaseSettings database,
    AssetSettings assets,
    RetentionSettings retention,
    ProvenanceSettings provenance,
    NetSettings net,
    EngineSettings engine,
    SandboxSettings sandbox,
    LogSettings log) {

  private static final List<Section> SECTIONS =
      List.of(
          ServerSettings.SECTION,
          ApiSettings.SECTION,
          DataSettings.SECTION,
          DatabaseSettings.SECTION,
          AssetSettings.SECTION,
          RetentionSettings.SECTION,
          ProvenanceSettings.SECTION,
          NetSettings.SECTION,
          EngineSettings.SECTION,
          SandboxSettings.SECTION,
          LogSettings.SECTION);

  /** All settings, grouped by feature, in the order in which people should meet them. */
  public static List<Section> sections() {
    return SECTIONS;
  }

  /** All settings. */
  public static List<Setting<?>> all() {
    return SECTIONS.stream().<Setting<?>>flatMap(section -> section.settings().stream()).toList();
  }

  public static EaselConfig from(Settings settings) {
    return new EaselConfig(
        DataSettings.from(settings),
        ServerSettings.from(settings),
        ApiSettings.from(settings),
        DatabaseSettings.from(settings),
        AssetSettings.from(settings),
        RetentionSettings.from(settings),
        ProvenanceSettings.from(settings),
        NetSettings.from(settings),
        EngineSettings.from(settings),
        SandboxSettings.from(settings),
        LogSettings.from(settings));
  }
}
