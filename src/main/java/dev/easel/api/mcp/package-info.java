/** The Model Context Protocol: what assistants generate with, by the tools that they are shown. */
@NullMarked
package dev.easel.api.mcp;

import org.jspecify.annotations.NullMarked;
