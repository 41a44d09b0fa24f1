"""What is known of torch's and striate's functions and layers: how each output's dimensions follow its inputs'."""

from striate.graph.rules.lookup import rule_of_function
from striate.graph.rules.modules import rule_of_module
from striate.graph.rules.operands import Rule

__all__ = ["Rule", "rule_of_function", "rule_of_module"]
