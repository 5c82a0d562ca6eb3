"""Parsers: raw AWS answers and IaC documents to facts. Pure; one package per service."""
