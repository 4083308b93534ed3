package org.dlmspark.udf;

import java.io.Serializable;
import org.dlmspark.udf.decode.GenerationSettings;

/**
 * Everything {@link GenerateUdf} needs to know, sent to the executors with it.
 *
 * @param decoder the decoder that the executor's tasks share
 * @param prompt how a row becomes a prompt
 * @param generation how a completion is generated
 * @param runId the run's name, for {@code origin.run_id}
 * @param wave the wave's number, for {@code origin.wave}
 */
public record GenerateSettings(
    DecoderSettings decoder,
    PromptSettings prompt,
    GenerationSettings generation,
    String runId,
    int wave)
    implements Serializable {}
