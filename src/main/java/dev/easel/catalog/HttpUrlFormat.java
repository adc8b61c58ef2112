package dev.easel.catalog;

import com.networknt.schema.ExecutionContext;
import com.networknt.schema.format.Format;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.regex.Pattern;

/**
 * {@code format: uri} as the catalogue means it: an absolute http or https URL with a host. Whether
 * that host may be asked is decided where it is resolved.
 */
final class HttpUrlFormat implements Format {
  // URI.getHost() knows no host with an underscore or a letter beyond ASCII, and there are such
  // hosts.
  private static final Pattern AUTHORITY =
      Pattern.compile("(?:[^@]*@)?(?:\\[[0-9A-Fa-f:.]+]|[\\p{L}\\p{M}\\p{N}._-]+)(?::[0-9]{1,5})?");

  @Override
  public String getName() {
    return "uri";
  }

  @Override
  public boolean matches(ExecutionContext context, String value) {
    try {
      URI uri = new URI(value);
      return ("http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme()))
          && uri.getRawAuthority() != null
          && AUTHORITY.matcher(uri.getRawAuthority()).matches();
    } catch (URISyntaxException malformed) {
      return false;
    }
  }
}
