/**
 * How a row becomes a prompt: a column, a template of columns or a chat history, with examples
 * before it, and rows that ask the same. Knows texts, a row's settings and what became of it, and
 * nothing of tensors or of the decoder's loop.
 */
package org.dlmspark.udf.prompt;
