package dev.easel.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.catalog.Parsed.Invalid;
import dev.easel.catalog.Parsed.Link;
import dev.easel.catalog.Parsed.Valid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** What each public API accepts and refuses, told with the catalogue that comes with Easel. */
class DialectFieldsTest {
  private static final Catalog CATALOG = CatalogFiles.defaults();
  private static final JsonMapper JSON = JsonMapper.shared();

  /** Dialect; listing; fields with ' for quotes, U for an address; the parameters. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          kie | gpt-image/1.5-text-to-image  | {'prompt':'a','aspect_ratio':'3:2','quality':'high'} | {'prompt':'a','aspect_ratio':'3:2','quality':'high','n':1,'output_format':'png'}
          kie | gpt-image/1.5-image-to-image | {'prompt':'a','aspect_ratio':'3:2','quality':'medium','input_urls':['U']} | {'prompt':'a','images':['U'],'aspect_ratio':'3:2','quality':'medium','n':1,'output_format':'png'}
          kie | gpt-image-2-text-to-image    | {'prompt':'a'} | {'prompt':'a','aspect_ratio':'auto','resolution':'1K','n':1,'output_format':'png'}
          kie | gpt-image-2-text-to-image    | {'prompt':'a','aspect_ratio':'16:9','resolution':'4k'} | `INVALID resolution: "4k" is not supported; allowed: 1K, 2K, 4K`
          kie | gpt-image-2-text-to-image    | {'prompt':'a','aspect_ratio':'16:9','resolution':'4K'} | {'prompt':'a','aspect_ratio':'16:9','resolution':'4K','n':1,'output_format':'png'}
          kie | gpt-image-2-text-to-image    | {'prompt':'a','background':'transparent','n':7,'size':'9x9'} | {'prompt':'a','aspect_ratio':'auto','resolution':'1K','n':1,'output_format':'png','background':'transparent'}
          kie | google/nano-banana           | {'prompt':'a','image_size':'16:9','output_format':'jpeg'} | {'prompt':'a','aspect_ratio':'16:9','n':1,'output_format':'jpeg'}
          kie | google/nano-banana           | {'prompt':'a','image_size':'16:9','aspect_ratio':'3:4'} | {'prompt':'a','aspect_ratio':'3:4','n':1,'output_format':'png'}
          kie | nano-banana-pro              | {'prompt':'a','output_format':'jpg','image_input':['U']} | {'prompt':'a','images':['U'],'aspect_ratio':'1:1','resolution':'1K','n':1,'output_format':'jpeg'}
          kie | nano-banana-2                | {'prompt':'a','google_search':true} | {'prompt':'a','aspect_ratio':'auto','resolution':'1K','n':1,'output_format':'jpeg','google_search':true}
          kie | bytedance/seedance-2         | {'prompt':'abc','resolution':'4K','aspect_ratio':'adaptive','duration':-1,'first_frame_url':'U'} | {'prompt':'abc','first_frame':'U','resolution':'2160p','aspect_ratio':'auto','n':1,'generate_audio':true}
          kie | bytedance/seedance-2         | {'prompt':'abc','duration':15,'generate_audio':false,'reference_audio_urls':['U']} | {'prompt':'abc','audios':['U'],'resolution':'720p','aspect_ratio':'16:9','duration':15,'n':1,'generate_audio':false}

          apimodels | gpt-image-2-beta | {'prompt':'a','image_url':'U1','image_urls':['U2','U3']} | {'prompt':'a','images':['U1','U2','U3'],'aspect_ratio':'auto','resolution':'1K','n':1,'output_format':'png','nsfw_checker':false}
          apimodels | gpt-image-2-beta | {'prompt':'a','resolution':'2k','aspect_ratio':'9:21','nsfw_checker':true} | {'prompt':'a','aspect_ratio':'9:21','resolution':'2K','n':1,'output_format':'png','nsfw_checker':true}
          apimodels | gpt-image-2-lite | {'prompt':'a','n':2,'size':'1536x1024','quality':'high'} | {'prompt':'a','aspect_ratio':'3:2','resolution':'1K','size':'1536x1024','quality':'high','n':2,'output_format':'png','nsfw_checker':false}
          apimodels | seedance-2       | {'prompt':'abc','duration':'8','images':['U']} | {'prompt':'abc','images':['U'],'resolution':'720p','aspect_ratio':'16:9','duration':8,'n':1,'nsfw_checker':false}

          art | gpt-image-2                | {'prompt':'a','size':'3824x2160','quality':'hd','n':10} | {'prompt':'a','size':'3824x2160','aspect_ratio':'16:9','resolution':'4K','quality':'high','n':10,'output_format':'png'}
          art | gpt-image-2-text-to-image  | {'prompt':'a','size':'1088x1920','response_format':'url','user':'u'} | {'prompt':'a','size':'1088x1920','aspect_ratio':'9:16','resolution':'2K','n':1,'output_format':'png'}
          art | gpt-image-2-image-to-image | {'image_urls':['U'],'size':'auto'} | {'prompt':'Create a polished version of the given picture.','images':['U'],'size':'auto','aspect_ratio':'auto','resolution':'1K','n':1,'output_format':'png'}

          openai | gpt-image-2   | {'prompt':'a','n':'3','size':'2048x1152','quality':'low'} | {'prompt':'a','size':'2048x1152','aspect_ratio':'16:9','resolution':'2K','quality':'low','n':3,'output_format':'png'}
          openai | gpt-image-2   | {'prompt':'a','image':['U1','U2'],'mask':'U3','output_format':'webp','output_compression':'80'} | {'prompt':'a','images':['U1','U2'],'mask':'U3','aspect_ratio':'auto','resolution':'1K','n':1,'output_format':'webp','output_compression':80}
          openai | gpt-image-2   | {'prompt':'a','size':'3840x2160'} | {'prompt':'a','size':'3840x2160','aspect_ratio':'16:9','resolution':'4K','n':1,'output_format':'png'}
          openai | gpt-image-2   | {'prompt':'a','size':'1536x512'} | {'prompt':'a','size':'1536x512','aspect_ratio':'3:1','resolution':'1K','n':1,'output_format':'png'}
          openai | gpt-image-1.5 | {'prompt':'a','size':'1024x1536'} | {'prompt':'a','size':'1024x1536','aspect_ratio':'2:3','quality':'auto','n':1,'output_format':'png'}
          openai | dall-e-3      | {'prompt':'a','quality':'hd','response_format':'b64_json'} | {'prompt':'a','size':'1024x1024','quality':'high','n':1,'output_format':'png'}
          openai | sora-2        | {'prompt':'a','seconds':'8','input_reference':'U'} | {'prompt':'a','images':['U'],'size':'720x1280','duration':8,'n':1}
          openai | sora-2        | {'prompt':'a','seconds':12,'size':'1792x1024'} | {'prompt':'a','size':'1792x1024','duration':12,'n':1}
          """)
  void fieldsBecomeParameters(String dialect, String listing, String fields, String parameters) {
    Parsed parsed = parse(dialect, listing, fields);

    if (parameters.startsWith("INVALID ")) {
      assertThat(parsed)
          .isInstanceOfSatisfying(
              Invalid.class,
              invalid -> assertThat("INVALID " + invalid.message()).isEqualTo(parameters));
    } else {
      assertThat(parsed)
          .isInstanceOfSatisfying(
              Valid.class,
              valid -> assertThat(valid.parameters().toJson()).isEqualTo(json(parameters)));
    }
  }

  /** Dialect; listing; fields; the whole message. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          # what has to be there
          kie | gpt-image/1.5-text-to-image  | {'prompt':'a','quality':'high'}                         | aspect_ratio: required, must not be blank
          kie | gpt-image/1.5-text-to-image  | {'prompt':'a','aspect_ratio':'1:1'}                     | quality: required, must not be blank
          kie | gpt-image/1.5-text-to-image  | {'aspect_ratio':'1:1','quality':'high'}                 | prompt: required, must not be blank
          kie | gpt-image/1.5-image-to-image | {'prompt':'a','aspect_ratio':'1:1','quality':'high'}    | input_urls: required, must not be empty
          kie | gpt-image-2-image-to-image   | {'prompt':'a','input_urls':[]}                          | input_urls: required, must not be empty
          kie | google/nano-banana-edit      | {'prompt':'a'}                                          | image_urls: required, must not be empty
          art | gpt-image-2                  | {'n':1}                                                 | prompt: required unless image_urls is given
          art | gpt-image-2                  | {'prompt':' ','image_urls':null}                        | prompt: required unless image_urls is given
          apimodels | gpt-image-2-beta       | {'image_urls':['U']}                                    | prompt: required, must not be blank
          openai | gpt-image-2               | {'prompt':'a','mask':'U'}                               | image: required with mask
          openai | gpt-image-1.5             | {'prompt':'a','input_fidelity':'high'}                  | image: required with input_fidelity
          kie | bytedance/seedance-2         | {'prompt':'abc','last_frame_url':'U'}                   | first_frame_url: required with last_frame_url

          # what does not go together
          kie | bytedance/seedance-2         | {'prompt':'abc','first_frame_url':'U','reference_image_urls':['U']} | reference_image_urls: not allowed with first_frame_url
          kie | bytedance/seedance-2         | {'prompt':'abc','first_frame_url':'U','last_frame_url':'U','reference_video_urls':['U']} | reference_video_urls: not allowed with first_frame_url
          kie | gpt-image-2-text-to-image    | {'prompt':'a','resolution':'2K'}                        | resolution: "2K" is not supported with aspect_ratio auto; allowed: 1K
          kie | gpt-image-2-text-to-image    | {'prompt':'a','aspect_ratio':'auto','resolution':'4K'}  | resolution: "4K" is not supported with aspect_ratio auto; allowed: 1K
          kie | gpt-image-2-text-to-image    | {'prompt':'a','aspect_ratio':'1:1','resolution':'4K'}   | resolution: "4K" is not supported with aspect_ratio 1:1; allowed: 1K, 2K
          kie | gpt-image-2-text-to-image    | {'prompt':'a','aspect_ratio':'9:21','resolution':'2K'}  | aspect_ratio: "9:21" is not supported with resolution 2K; allowed: auto, 1:1, 3:2, 2:3, 4:3, 3:4, 16:9, 9:16, 2:1, 1:2, 21:9
          kie | gpt-image-2-text-to-image    | {'prompt':'a','aspect_ratio':'3:1','resolution':'4K'}   | aspect_ratio: "3:1" is not supported with resolution 4K; allowed: auto, 1:1, 3:2, 2:3, 4:3, 3:4, 5:4, 4:5, 16:9, 9:16, 2:1, 1:2, 21:9
          kie | gpt-image-2-text-to-image    | {'prompt':'a','aspect_ratio':'16:9','resolution':'2K','background':'opaque'} | resolution: "2K" is not supported with background; allowed: 1K
          kie | gpt-image-2-image-to-image   | {'prompt':'a','input_urls':['U'],'aspect_ratio':'4:5','resolution':'2K'} | resolution: "2K" is not supported with aspect_ratio 4:5; allowed: 1K
          openai | gpt-image-2               | {'prompt':'a','background':'transparent','output_format':'jpeg'} | output_format: "jpeg" is not supported with background transparent; allowed: png, webp
          openai | gpt-image-2               | {'prompt':'a','output_compression':50}                  | output_format: "png" is not supported with output_compression; allowed: jpeg, webp

          # values
          kie | gpt-image/1.5-text-to-image  | {'prompt':'a','aspect_ratio':'16:9','quality':'high'}   | aspect_ratio: "16:9" is not supported; allowed: 1:1, 2:3, 3:2
          kie | gpt-image/1.5-text-to-image  | {'prompt':'a','aspect_ratio':'1:1','quality':'low'}     | quality: "low" is not supported; allowed: medium, high
          kie | gpt-image/1.5-text-to-image  | {'prompt':'a','aspect_ratio':['1:1'],'quality':'high'}  | aspect_ratio: an array is not supported; allowed: 1:1, 2:3, 3:2
          kie | nano-banana-2                | {'prompt':'a','google_search':'yes'}                    | google_search: must be true or false, not a string
          kie | bytedance/seedance-2         | {'prompt':'abc','duration':3}                           | duration: must be a whole number from 4 to 15, or -1
          kie | bytedance/seedance-2         | {'prompt':'abc','resolution':'2K'}                      | resolution: "2K" is not supported; allowed: 480p, 720p, 1080p, 4k
          kie | bytedance/seedance-2         | {'prompt':'abc','first_frame_url':'asset'}              | first_frame_url: "asset" is not an http(s) URL
          kie | bytedance/seedance-2         | {'prompt':'abc','first_frame_url':'asset://a1'}         | first_frame_url: "asset://a1" cannot be resolved here; upload the file, or give its http(s) URL
          kie | bytedance/seedance-2         | {'prompt':'abc','reference_image_urls':['U','asset://a1']} | reference_image_urls[1]: "asset://a1" cannot be resolved here; upload the file, or give its http(s) URL
          apimodels | gpt-image-2-beta       | {'prompt':'a','image_url':['U']}                        | image_url: must be a string, not an array
          apimodels | gpt-image-2-beta       | {'prompt':'a','image_url':'U','image_urls':['U','U','U','U','U','U','U','U','U','U','U','U','U','U','U','U']} | image_urls: 17 items, at most 16 are allowed
          apimodels | seedance-2             | {'prompt':'abc','duration':'long'}                      | duration: must be a whole number from 4 to 15
          art | gpt-image-2                  | {'prompt':'a','n':11}                                   | n: must be a whole number from 1 to 10
          art | gpt-image-2                  | {'prompt':'a','size':'1000x1000'}                       | size: "1000x1000" is not supported; allowed: 1024x1024, 1536x1024, 1024x1536, 1920x1088, 1088x1920, 3824x2160, 2160x3824, auto
          art | gpt-image-2                  | {'prompt':'a','response_format':'b64_json'}             | response_format: "b64_json" is not supported; allowed: url
          art | gpt-image-2                  | {'prompt':'a','user':7}                                 | user: must be a string, not a number
          openai | gpt-image-2               | {'prompt':'a','response_format':'url'}                  | response_format: "url" is not supported; allowed: b64_json
          openai | gpt-image-2               | {'prompt':'a','size':'1000x1024'}                       | size: "1000x1024" is not supported: width and height must be divisible by 16
          openai | gpt-image-2               | {'prompt':'a','size':'4096x2048'}                       | size: "4096x2048" is not supported: the longer side may have 3840 pixels at most
          openai | gpt-image-2               | {'prompt':'a','size':'1600x512'}                        | size: "1600x512" is not supported: the ratio must be between 1:3 and 3:1
          openai | gpt-image-2               | {'prompt':'a','size':'800x800'}                         | size: "800x800" is not supported: width times height must be from 655360 to 8294400 pixels
          openai | gpt-image-2               | {'prompt':'a','size':'3840x2176'}                       | size: "3840x2176" is not supported: width times height must be from 655360 to 8294400 pixels
          openai | gpt-image-2               | {'prompt':'a','size':'wide'}                            | size: "wide" is not supported; examples: auto, 1024x1024, 1536x1024, 1024x1536, 2048x2048, 3840x2160
          openai | gpt-image-1.5             | {'prompt':'a','size':'2048x2048'}                       | size: "2048x2048" is not supported; allowed: auto, 1024x1024, 1536x1024, 1024x1536
          openai | gpt-image-2               | {'prompt':'a','n':'many'}                               | n: must be a whole number from 1 to 10
          openai | sora-2                    | {'prompt':'a','seconds':'5'}                            | seconds: "5" is not supported; allowed: 4, 8, 12
          """)
  void firstProblemIsToldInTheDialectsWords(
      String dialect, String listing, String fields, String message) {
    assertThat(parse(dialect, listing, fields))
        .isInstanceOfSatisfying(
            Invalid.class, invalid -> assertThat(invalid.message()).isEqualTo(message));
  }

  @Test
  void everyAddressIsToldWithItsField() {
    assertThat(
            parse(
                "kie",
                "bytedance/seedance-2",
                "{'prompt':'abc','reference_image_urls':['U1','U2'],'reference_video_urls':['U3']}"))
        .isInstanceOfSatisfying(
            Valid.class,
            valid ->
                assertThat(valid.links())
                    .containsExactly(
                        new Link("reference_image_urls[0]", url("1"), 30L << 20),
                        new Link("reference_image_urls[1]", url("2"), 30L << 20),
                        new Link("reference_video_urls[0]", url("3"), 50L << 20)));
    assertThat(parse("openai", "gpt-image-2", "{'prompt':'a','image':['U1'],'mask':'U2'}"))
        .isInstanceOfSatisfying(
            Valid.class,
            valid ->
                assertThat(valid.links())
                    .containsExactly(
                        new Link("image[0]", url("1")), new Link("mask", url("2"), 4L << 20)));
    assertThat(parse("apimodels", "gpt-image-2-beta", "{'prompt':'a','image_url':'U1'}"))
        .isInstanceOfSatisfying(
            Valid.class,
            valid -> assertThat(valid.links()).containsExactly(new Link("image_url", url("1"))));
  }

  private static String url(String number) {
    return "https://e.com/" + number;
  }

  private static Parsed parse(String dialect, String listing, String fields) {
    return CATALOG.parse(CATALOG.listing(dialect, listing).orElseThrow(), json(fields));
  }

  private static ObjectNode json(String text) {
    return (ObjectNode)
        JSON.readTree(text.replaceAll("'U(\\d?)'", "'https://e.com/$1'").replace('\'', '"'));
  }
}
