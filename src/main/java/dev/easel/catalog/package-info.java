/**
 * What can be generated: models with their schemas and routes, and listings, which are models as
 * one dialect sells them.
 */
@NullMarked
package dev.easel.catalog;

import org.jspecify.annotations.NullMarked;
