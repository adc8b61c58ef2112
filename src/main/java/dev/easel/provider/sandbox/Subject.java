package dev.easel.provider.sandbox;

import static dev.easel.provider.sandbox.Mood.ARID;
import static dev.easel.provider.sandbox.Mood.AURORA;
import static dev.easel.provider.sandbox.Mood.AUTUMN;
import static dev.easel.provider.sandbox.Mood.DAWN;
import static dev.easel.provider.sandbox.Mood.DAY;
import static dev.easel.provider.sandbox.Mood.DUSK;
import static dev.easel.provider.sandbox.Mood.LUSH;
import static dev.easel.provider.sandbox.Mood.NIGHT;
import static dev.easel.provider.sandbox.Mood.SPRING;
import static dev.easel.provider.sandbox.Mood.WINTER;

import java.util.List;

/** What a picture shows: the scene, the words that call for it and the moods that suit it. */
record Subject(Scene scene, Vocabulary words, List<Mood> moods) {
  /** All of them; where a prompt has words of several, the first is shown. */
  static final List<Subject> ALL =
      List.of(
          of(
              new Seascape(),
              "sea ocean beach wave coast boat ship sail island lake water harbor harbour fish whale"
                  + " 海 浪 船 岛 湖 沙滩",
              DAWN,
              DUSK,
              DAY,
              NIGHT),
          of(
              new Skyline(),
              "city skyline street building tower town urban downtown cyberpunk neon car"
                  + " 城市 街 建筑 大厦 都市 赛博朋克 霓虹",
              DUSK,
              NIGHT,
              DAWN),
          of(
              new Woods(),
              "forest wood tree jungle pine fox deer bear cabin 森林 树 丛林 小屋",
              LUSH,
              DAWN,
              AUTUMN,
              WINTER,
              NIGHT),
          of(
              new Blossoms(),
              "garden flower rose blossom meadow tulip butterfly bee sakura bouquet"
                  + " 花 草地 玫瑰 蝴蝶",
              SPRING,
              DAWN,
              LUSH,
              DAY),
          of(
              new Cosmos(),
              "space galaxy planet cosmos universe nebula astronaut rocket alien star"
                  + " 太空 宇宙 银河 星球 行星 星空 宇航员 火箭",
              NIGHT,
              DUSK,
              AURORA,
              SPRING),
          of(
              new Mountains(),
              "mountain hill peak valley alps landscape desert dune canyon cliff volcano sunrise"
                  + " sunset 山 峰 峡谷 沙漠 风景 日出 日落",
              DAWN,
              DUSK,
              WINTER,
              ARID,
              AURORA),
          of(
              new Ribbons(),
              "abstract fabric silk pattern gradient logo wallpaper music dance poster"
                  + " 抽象 图案 渐变 丝绸 音乐 舞 海报",
              DUSK,
              SPRING,
              DAY,
              DAWN,
              LUSH));

  private static Subject of(Scene scene, String words, Mood... moods) {
    return new Subject(scene, new Vocabulary(words), List.of(moods));
  }
}
