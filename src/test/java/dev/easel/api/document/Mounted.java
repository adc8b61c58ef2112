package dev.easel.api.document;

import io.helidon.http.Method;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.HttpRoute;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/** Lists what is registered with it. */
public final class Mounted implements HttpRules {
  private final String base;
  private final Set<String> routes;

  private Mounted(String base, Set<String> routes) {
    this.base = base;
    this.routes = routes;
  }

  /** Everything that {@code table} registers, each as {@code METHOD /path}. */
  public static Set<String> of(Consumer<HttpRules> table) {
    Set<String> routes = new TreeSet<>();
    table.accept(new Mounted("", routes));
    return routes;
  }

  @Override
  public HttpRules register(HttpService... services) {
    return register("", services);
  }

  @Override
  public HttpRules register(String path, HttpService... services) {
    for (HttpService service : services) {
      service.routing(new Mounted(base + path.replaceFirst("/$", ""), routes));
    }
    return this;
  }

  @Override
  public HttpRules route(Method method, String path, Handler handler) {
    routes.add(method.text() + " " + base + path.replace("{+", "{"));
    return this;
  }

  /** What answers any method only says that nothing is there. */
  @Override
  public HttpRules any(String path, Handler... handlers) {
    return this;
  }

  @Override
  public HttpRules any(Handler... handlers) {
    return this;
  }

  @Override
  public HttpRules route(HttpRoute route) {
    throw new UnsupportedOperationException("not used here, and not listed: " + route);
  }
}
