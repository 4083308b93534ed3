/**
 * What comes in, checked before anything is decoded: prompts, examples, the model folder, the right
 * answers. Knows settings, and nothing of runs or outputs.
 */
package org.dlmspark.job.input;
