/** The OpenAPI document of everything that is served, and the page that shows it. */
@NullMarked
package dev.easel.api.document;

import org.jspecify.annotations.NullMarked;
