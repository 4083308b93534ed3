package org.dlmspark.job.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.dlmspark.job.RefusedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Manifests of this version and of those before it. */
class ManifestTest {

  @TempDir Path folder;

  private OutputFolder output() {
    return new OutputFolder(folder.toString(), new Configuration());
  }

  private Manifest.Run read(String more) throws IOException {
    String json =
        """
        {"format": 1, "fingerprint": {"settings": {}, "model": {}, "columns": {}},
         "runs": [{"id": "a", "version": "0.0.1", "startedAt": "", "endedAt": "", "state": "done",
                   "waves": 1, "rows": 2, "errors": {}, "completionTokens": 3,
                   "positionsComputed": 4, "computeMs": 5.0%s}],
         "replacement": null}
        """
            .formatted(more);
    output().replace(Manifest.FILE, json.getBytes(StandardCharsets.UTF_8));
    return Manifest.read(output()).runs().get(0);
  }

  @Test
  void theMostSequencesAreReadWhereverTheyWereNoted() throws IOException {
    assertThat(read("").maxSequences()).isZero();
    assertThat(read(", \"maxSequences\": 0, \"setup\": {}").maxSequences()).isZero();
    assertThat(read(", \"maxSequences\": 16").maxSequences()).isEqualTo(16);
    assertThat(read(", \"maxSequences\": 16, \"setup\": null").maxSequences()).isEqualTo(16);
    String both =
        ", \"maxSequences\": 16, \"setup\": {\"Java\": \"17\", \"batch.max-sequences\": \"16\"}";
    Map<String, String> setup = Map.of("Java", "17", "batch.max-sequences", "16");
    assertThat(read(both).setup()).isEqualTo(setup);
    assertThat(read(both).maxSequences()).isEqualTo(16);
    assertThat(read(", \"setup\": {\"Java\": \"17\", \"batch.max-sequences\": \"16\"}").setup())
        .isEqualTo(setup);
  }

  @Test
  void aSetupWithoutANumberIsDamaged() {
    assertThatThrownBy(() -> read(", \"setup\": {\"batch.max-sequences\": \"many\"}"))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("manifest.json is damaged: ");
  }

  @Test
  void whatIsWrittenIsRead() throws IOException {
    Manifest.Run run = read(", \"maxSequences\": 16");
    Manifest manifest = Manifest.of(new Fingerprint(Map.of(), Map.of(), Map.of())).with(run);
    manifest.write(output());
    assertThat(Manifest.read(output())).isEqualTo(manifest);
    assertThat(Files.readString(folder.resolve("_dlm-spark/" + Manifest.FILE)))
        .contains("\"batch.max-sequences\" : \"16\"")
        .doesNotContain("maxSequences");
  }
}
