/**
 * The gateway as its callers see it: real nodes, asked over HTTP. After every test the audit must
 * find nothing.
 */
@NullMarked
package dev.easel.blackbox;

import org.jspecify.annotations.NullMarked;
