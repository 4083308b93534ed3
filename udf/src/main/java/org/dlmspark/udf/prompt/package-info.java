/**
 * How a row becomes a prompt: a column, a template of columns or a chat history, with examples
 * before it, and rows that ask the same. Knows texts and error codes, and nothing of tensors or of
 * how rows are decoded.
 */
package org.dlmspark.udf.prompt;
