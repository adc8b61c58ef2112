/**
 * What can be generated: models with their schemas and routes, and listings, which are models as
 * one dialect sells them.
 *
 * <p>All of it is data. {@link dev.easel.catalog.CatalogFiles} reads it from files, {@link
 * dev.easel.catalog.CatalogTables} keeps it in the database, both in the one written form of {@code
 * Definitions}. {@link dev.easel.catalog.Catalog} is that data at one moment, in memory, checked as
 * a whole: whoever holds one need not ask whether a listing's model is there.
 *
 * <p>A request goes through here twice. {@link dev.easel.catalog.Catalog#parse} turns the dialect's
 * fields into {@link dev.easel.catalog.Parameters}, or tells the first problem in the dialect's own
 * words; {@link dev.easel.catalog.Price#quote} tells what they cost. Both are pure.
 */
@NullMarked
package dev.easel.catalog;

import org.jspecify.annotations.NullMarked;
