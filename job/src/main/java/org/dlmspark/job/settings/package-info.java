/**
 * All settings of a run: where they come from, which one wins, and what they are once they are
 * checked. Nothing else reads a raw key; knows no other room.
 */
package org.dlmspark.job.settings;
