package org.dlmspark.udf.model;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.pytorch.engine.PtNDManager;
import java.util.Collections;
import java.util.Map;
import org.dlmspark.udf.checkpoint.NumberType;
import org.dlmspark.udf.model.ProductRates.Form;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ProductRatesTest {

  @Test
  void everyFormOfACpuIsMeasured() {
    try (PtNDManager manager = (PtNDManager) NativeEngine.pytorch().newBaseManager(Device.cpu());
        ProductRates rates = new ProductRates(manager, NumberType.FLOAT32, 64, 96)) {
      assertThat(rates.rates(32)).containsOnlyKeys(Form.values());
      assertThat(rates.rates(32).values()).allMatch(rate -> rate > 0);
    }
  }

  @ParameterizedTest
  @EnumSource(NumberType.class)
  void theBestIsThatOfTheFastestForm(NumberType type) {
    try (PtNDManager manager = (PtNDManager) NativeEngine.pytorch().newBaseManager(Device.cpu());
        ProductRates rates = new ProductRates(manager, type, 64, 96)) {
      double best = rates.best(16);
      Map<Form, Double> again = rates.rates(16);
      assertThat(best).isPositive().isGreaterThan(Collections.max(again.values()) / 10);
    }
  }
}
