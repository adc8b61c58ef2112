/** The dialect of gpt-image-2.art: one model, tasks and errors in OpenAI's manner. */
@NullMarked
package dev.easel.api.dialect.art;

import org.jspecify.annotations.NullMarked;
