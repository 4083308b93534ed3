package org.dlmspark.udf.text;

import com.hubspot.jinjava.Jinjava;
import com.hubspot.jinjava.JinjavaConfig;
import com.hubspot.jinjava.el.ExtendedSyntaxBuilder;
import com.hubspot.jinjava.el.TruthyTypeConverter;
import com.hubspot.jinjava.el.ext.CollectionMembershipOperator;
import com.hubspot.jinjava.el.ext.CollectionNonMembershipOperator;
import com.hubspot.jinjava.el.ext.ExtendedParser;
import jinjava.de.odysseus.el.ExpressionFactoryImpl;
import jinjava.de.odysseus.el.misc.TypeConverter;
import jinjava.de.odysseus.el.tree.TreeStore;
import jinjava.de.odysseus.el.tree.impl.Builder;
import jinjava.de.odysseus.el.tree.impl.Cache;
import jinjava.de.odysseus.el.tree.impl.Parser;
import jinjava.de.odysseus.el.tree.impl.ast.AstBinary;
import jinjava.de.odysseus.el.tree.impl.ast.AstBinary.SimpleOperator;
import jinjava.de.odysseus.el.tree.impl.ast.AstNode;
import jinjava.javax.el.ExpressionFactory;

/**
 * Jinjava whose {@code in} and {@code not in} look for short texts only: its own take time that
 * grows with the product of both texts' lengths, and a single one could take hours.
 */
final class BoundedJinjava extends Jinjava {
  private static final int CACHED_EXPRESSIONS = 1_000;

  private final ExpressionFactory expressions =
      new ExpressionFactoryImpl(
          new TreeStore(new Syntax(), new Cache(CACHED_EXPRESSIONS)), new TruthyTypeConverter());

  BoundedJinjava(JinjavaConfig config) {
    super(config);
  }

  @Override
  public ExpressionFactory getExpressionFactory() {
    return expressions;
  }

  private static final class Syntax extends ExtendedSyntaxBuilder {
    private static final long serialVersionUID = 1L;

    Syntax() {
      // As the factory that Jinjava makes for itself.
      super(Feature.METHOD_INVOCATIONS, Feature.VARARGS);
    }

    @Override
    protected Parser createParser(String expression) {
      return new BoundedParser(this, expression);
    }
  }

  private static final class BoundedParser extends ExtendedParser {
    BoundedParser(Builder builder, String expression) {
      super(builder, expression);
      putExtensionHandler(
          CollectionMembershipOperator.TOKEN, handler(CollectionMembershipOperator.OP));
      putExtensionHandler(
          CollectionNonMembershipOperator.TOKEN,
          handler(CollectionNonMembershipOperator.NOT_IN_OP));
    }

    private static ExtensionHandler handler(SimpleOperator unbounded) {
      SimpleOperator operator = new ShortTextsOnly(unbounded);
      return new ExtensionHandler(ExtensionPoint.CMP) {
        @Override
        public AstNode createAstNode(AstNode... children) {
          return new AstBinary(children[0], children[1], operator);
        }
      };
    }
  }

  private static final class ShortTextsOnly extends SimpleOperator {
    private final SimpleOperator operator;

    ShortTextsOnly(SimpleOperator operator) {
      this.operator = operator;
    }

    @Override
    protected Object apply(TypeConverter converter, Object searched, Object in) {
      if (in instanceof CharSequence && searched != null) {
        PythonStrings.requireShort(searched.toString());
      }
      return operator == CollectionMembershipOperator.OP
          ? CollectionMembershipOperator.OP.apply(converter, searched, in)
          : CollectionNonMembershipOperator.NOT_IN_OP.apply(converter, searched, in);
    }

    @Override
    public String toString() {
      return operator.toString();
    }
  }
}
