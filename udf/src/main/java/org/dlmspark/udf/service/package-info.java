/**
 * The decoder of an executor, loaded once and shared by its tasks: its settings, the loop that
 * batches and decodes, what becomes of a row, and what is told to those who watch. Knows the rooms
 * that decode, and nothing of rows, prompts and Spark's plugins.
 */
package org.dlmspark.udf.service;
