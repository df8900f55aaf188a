"""Flows as pictures: SVG laid out here, and Mermaid."""
