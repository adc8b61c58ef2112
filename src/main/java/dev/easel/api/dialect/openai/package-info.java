/** The dialect of OpenAI's API: pictures while the caller waits, films as tasks. */
@NullMarked
package dev.easel.api.dialect.openai;

import org.jspecify.annotations.NullMarked;
