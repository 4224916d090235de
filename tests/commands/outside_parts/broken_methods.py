"""Methods that do not keep the contract; what `Long` does shows only where it is used."""

from own_method import Mahalanobis

from skelshot.fewshot import FewShotMethod


class Long(Mahalanobis):
    name = "long"

    def forward(self, support, queries):
        return super().forward(support, queries).repeat(1, 1, 2)


class Heard(Mahalanobis):
    name = "heard"
    reads = "sound"


class Needy(FewShotMethod):
    name = "needy"

    def __init__(self, options):
        super().__init__(options)


class Optionless(Mahalanobis):
    name = "optionless"
    options_type = dict
