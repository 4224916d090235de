"""A training run's state as one file: weights, what the optimiser remembers, the step."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from skelshot.ground import SkelshotError
from skelshot.ground.tensor_files import write_tensors

_WEIGHT = "weight"


@dataclass(frozen=True)
class StateFile:
    """Where the state stands, and what it belongs to.

    Args:
        path: The file.
        key: Digest of recipe and bank; a state of another one is refused.
    """

    path: Path
    key: str

    def save(
        self, step: int, model: torch.nn.Module, optimisers: Sequence[torch.optim.Optimizer]
    ) -> None:
        """Write the state, whole or not at all.

        Args:
            step: Steps done.
            model: The model.
            optimisers: Its optimisers, each of some of the weights.
        """
        tensors: dict[str, Tensor] = {}
        for name, parameter in model.named_parameters():
            tensors[f"{_WEIGHT}/{name}"] = parameter.detach()
            for optimiser in optimisers:
                for key, value in optimiser.state.get(parameter, {}).items():
                    tensors[f"{key}/{name}"] = torch.as_tensor(value)
        write_tensors(self.path, tensors, {"step": str(step), "key": self.key})

    def load(self, model: torch.nn.Module, optimisers: Sequence[torch.optim.Optimizer]) -> int:
        """Bring model and optimisers to the state, if there is one.

        Args:
            model: Of the same shape.
            optimisers: Its optimisers, fresh.

        Returns:
            Steps done; 0 without a state.

        Raises:
            SkelshotError: The file is damaged, or of another recipe or bank.
        """
        if not self.path.exists():
            return 0
        try:
            with safe_open(self.path, "pt") as file:
                told = file.metadata() or {}
                if told.get("key") != self.key:
                    raise SkelshotError(
                        f"{self.path}: a training run with other options or another bank; use "
                        "another --out, or the same options to go on"
                    )
                step = int(told["step"])
                remembered: dict[str, dict[str, Tensor]] = {}
                for entry in file.keys():  # noqa: SIM118
                    key, _, name = entry.partition("/")
                    remembered.setdefault(name, {})[key] = file.get_tensor(entry)
            for name, parameter in model.named_parameters():
                own = remembered[name]
                with torch.no_grad():
                    parameter.copy_(own.pop(_WEIGHT))
                for optimiser in optimisers:
                    if any(parameter is one for one in _parameters_of(optimiser)):
                        optimiser.state[parameter] = own
        except (SafetensorError, OSError, KeyError, ValueError, RuntimeError) as error:
            raise SkelshotError(
                f"{self.path}: the training state is damaged ({error}); delete it to begin anew"
            ) from error
        return step


def _parameters_of(optimiser: torch.optim.Optimizer) -> Iterator[Tensor]:
    for group in optimiser.param_groups:
        yield from group["params"]
