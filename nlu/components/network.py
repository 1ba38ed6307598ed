"""Rasa's intent classifier of ours: several networks over folded n-grams and concepts, their opinions averaged."""

from __future__ import annotations

import logging
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, METADATA, METADATA_INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu import learning
from nlu.embedded import EmbeddedEngine
from nlu.network import Shape

logger = logging.getLogger(__name__)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class FoldedNetworkClassifier(IntentClassifier, GraphComponent):
    """`networks` of `hidden` units learn for `epochs`; lines whose metadata say `derived` count less."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"networks": 3, "hidden": 96, "epochs": 4}

    @staticmethod
    def required_packages() -> list[str]:
        return ["scipy"]

    def __init__(
        self,
        config: dict[str, Any],
        storage: ModelStorage,
        resource: Resource,
        engine: EmbeddedEngine | None = None,
    ) -> None:
        self._config = config
        self._storage = storage
        self._resource = resource
        self._engine = engine

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> FoldedNetworkClassifier:
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> FoldedNetworkClassifier:
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, EmbeddedEngine.load(folder))

    def train(self, training_data: TrainingData) -> Resource:
        lines = [
            learning.Line(m.get(TEXT), m.get(INTENT), derived=_is_derived(m))
            for m in training_data.intent_examples
            if m.get(TEXT)
        ]
        shape = Shape(hidden=self._config["hidden"], epochs=self._config["epochs"])
        self._engine = learning.fit(lines, logger.info, self._config["networks"], shape)
        with self._storage.write_to(self._resource) as folder:
            self._engine.save(folder)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        if self._engine is None:
            return messages
        for message in messages:
            ranking = [
                {"name": i, "confidence": p} for i, p in self._engine.classify(message.get(TEXT) or "")
            ]
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set("intent_ranking", ranking, add_to_output=True)
        return messages


def _is_derived(message: Message) -> bool:
    about = (message.get(METADATA) or {}).get(METADATA_INTENT) or {}
    return bool(about.get("derived")) if isinstance(about, dict) else False
