package dev.easel.provider.sandbox;

import java.util.Arrays;
import java.util.List;

/** A light to see things in: the words that call for it and the palettes that give it. */
record Mood(Vocabulary words, List<Palette> palettes) {
  static final Mood DAWN =
      of(
          "dawn sunrise morning 日出 早晨 清晨 黎明 朝阳",
          "2b3a67 d9818a ffd9a0 fff1c9 b5718a 1f1b3a ff9e6d",
          "4a6fa5 a9b8dc fbc9b4 fff6e5 8e8fb5 232c4d f08080");
  static final Mood DUSK =
      of(
          "dusk sunset evening twilight 日落 黄昏 夕阳 傍晚 晚霞",
          "1b1b4b 8a3f82 ff8f70 ffd98a 7d4a86 140f2d ff5d73",
          "2d1e4f a83e68 f7a072 ffe9b8 834470 1d1033 f6bd60");
  static final Mood NIGHT =
      of(
          "night midnight moon moonlight star dark neon cyberpunk 夜 夜晚 月 月亮 星空 星 霓虹 赛博朋克",
          "070b24 16265c 4a629c f4f1de 31477f 060a1c ffd166",
          "0b0c22 2a1f5c 8a3f7c ffe9f3 43317a 0a0718 ff6fb5");
  static final Mood AURORA =
      of("aurora arctic borealis 极光", "050a20 0f3d4c 35a68a d8ffe9 1f5a63 04111c 9bf6ff");
  static final Mood WINTER =
      of("winter snow ice frost 冬 雪 冰", "5f86b3 a9c5de eef4f8 ffffff 9db6cf 3a5573 d95d5d");
  static final Mood AUTUMN =
      of(
          "autumn fall october maple leaf leaves 秋 枫叶 落叶",
          "6d597a d9856b f9dcae fff0cf b5776a 3d2430 e5533d");
  static final Mood SPRING =
      of(
          "spring blossom cherry sakura pastel pink 春 樱花 粉色",
          "8e7cc3 f2b5d4 fff0e5 fffdf7 c9a0c9 4b2e5e ff6b9a");
  static final Mood LUSH =
      of(
          "green jungle rain misty fog 绿 雨 雾 丛林",
          "2f6f62 8fbf9a eef1cf fffbe0 7aa98c 12332e f4a259");
  static final Mood ARID =
      of(
          "desert dune sand canyon savanna gold golden 沙漠 沙丘 金色",
          "4a7ea3 f0b67f fde2b4 fff5d6 d98f63 6b2d24 c8553d");
  static final Mood DAY =
      of(
          "day noon summer blue bright tropical 夏 白天 蓝天 晴",
          "3f8fd2 8cc7ec e8f4f2 fffbe8 7fa8c9 1d4a5e ffb703",
          "1d7a8c 6cc3c1 f3efd2 fffdf0 6ba5a0 17404a f2a65a");
  static final List<Mood> ALL =
      List.of(DAWN, DUSK, NIGHT, AURORA, WINTER, AUTUMN, SPRING, LUSH, ARID, DAY);

  private static Mood of(String words, String... palettes) {
    return new Mood(new Vocabulary(words), Arrays.stream(palettes).map(Palette::of).toList());
  }
}
