package dev.easel.api.document;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.api.document.Answers.Given;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What holds answers against the document sees the ones that are not in it. */
class AnswersTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          GET    | /health/live        | 200 | application/json                | {"live":true}
          GET    | /health/live        | 200 | application/json; charset=utf-8 | {"live":true}
          GET    | /kie/api/v1/credits | 200 | application/json                | {"code":200,"msg":"ok","data":{"available":1,"held":0}}
          GET    | /api/v1/tasks/x     | 200 | application/json                | {"code":0,"msg":"Task not found.","data":null}
          POST   | /api/v1/jobs/createTask | 429 | application/json            | {"code":429,"msg":"Too often.","data":null}
          HEAD   | /files/x.png        | 200 | image/png                       | ~~
          GET    | /docs               | 304 | ~~                              | ~~
          GET    | /nowhere            | 404 | text/plain                      | whatever
          """)
  void passesWhatIsDocumented(String method, String path, int status, String type, String body) {
    assertThat(Answers.problem(method, path, new Given(status, type, body))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          GET    | /nowhere            | 200 | application/json | {}            | no such operation
          PUT    | /health/live        | 200 | application/json | {"live":true} | no such operation
          GET    | /health/live        | 418 | application/json | {"live":true} | no such status
          GET    | /api/v1/tasks/x     | 404 | application/json | {"code":0,"msg":"x","data":null} | no such status
          GET    | /health/live        | 200 | text/plain       | live          | no such content type: text/plain
          GET    | /health/live        | 200 | ~~               | {"live":true} | no such content type
          GET    | /health/live        | 200 | application/json | ~~            | an empty body
          GET    | /health/live        | 200 | application/json | {"live":true,"more":1} | more
          GET    | /health/live        | 200 | application/json | {}            | live
          GET    | /health/live        | 200 | application/json | {"live":false} | true
          GET    | /api/v1/credits     | 200 | application/json | {"code":200,"msg":"ok","data":{"available":"1","held":0}} | available
          GET    | /api/v1/credits     | 200 | application/json | {"code":200,"msg":"ok","data":{"available":-1,"held":0}}  | available
          GET    | /v1/models          | 200 | application/json | {"object":"list","data":[{"id":"a","object":"model","created":0}]} | owned_by
          GET    | /v1/models          | 401 | application/json | {"error":{"message":"x","type":"odd","param":null,"code":"invalid_api_key"}} | type
          POST   | /api/v1/jobs/createTask | 503 | application/json | {"code":504,"msg":"x","data":null} | code
          """)
  void namesWhatIsNot(
      String method, String path, int status, String type, String body, String problem) {
    assertThat(Answers.problem(method, path, new Given(status, type, body)))
        .hasValueSatisfying(it -> assertThat(it).contains(problem));
  }
}
