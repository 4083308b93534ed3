/**
 * Renders a chat template as Hugging Face's {@code apply_chat_template} does: Jinja2 in its
 * immutable sandbox with {@code trim_blocks}, {@code lstrip_blocks}, loop controls and the
 * generation tag. Knows nothing but the JDK, and gives a template neither a Java object nor a file.
 *
 * <p>{@link org.dlmspark.udf.text.jinja.JinjaTemplate} is the way in. Source text becomes tokens
 * ({@code TemplateLexer}), tokens a tree ({@code StatementParser}, {@code ExpressionParser}), and
 * the tree a text ({@code Executor}, {@code Evaluator}); values and what Python does with them are
 * the other classes.
 */
package org.dlmspark.udf.text.jinja;
