/**
 * The command line, a class a command: reads options, calls the room that does the work, and gives
 * the exit code. Knows all rooms of this module, and none knows it.
 */
package org.dlmspark.job.command;
