"""The colours of mails. Mail clients know no CSS variables, so the values of ``assets/tokens.css`` are repeated
here under their names; a test keeps the two equal.
"""

from __future__ import annotations

from typing import Final

LIGHT: Final = {
    "bg": "#faf9f7",
    "surface": "#ffffff",
    "surface-2": "#f5f4f1",
    "surface-3": "#ecebe8",
    "line": "#e4e3df",
    "ink": "#181f22",
    "ink-2": "#454d50",
    "ink-3": "#61696c",
    "accent": "#035d60",
    "on-accent": "#ffffff",
    "accent-text": "#005c5f",
    "accent-soft": "#e7f4f4",
    "on-accent-soft": "#014245",
    "info-soft": "#eaf1ff",
    "info-text": "#304f8a",
    "sun-soft": "#ffeed9",
    "sun-text": "#894619",
    "danger-soft": "#ffeeed",
    "danger-text": "#a1252a",
    "ok-soft": "#e1f8e8",
    "ok-text": "#145d36",
}
DARK: Final = {
    "bg": "#0d1214",
    "surface": "#141a1d",
    "surface-2": "#1a2225",
    "surface-3": "#232c30",
    "line": "#262e31",
    "ink": "#edf1f2",
    "ink-2": "#bdc4c7",
    "ink-3": "#949da0",
    "accent": "#7ac9cc",
    "on-accent": "#021e1f",
    "accent-text": "#8ed4d7",
    "accent-soft": "#132d2e",
    "on-accent-soft": "#b5e5e7",
    "info-soft": "#1f2a3f",
    "info-text": "#b0cbfc",
    "sun-soft": "#382818",
    "sun-text": "#ffc27b",
    "danger-soft": "#3a201f",
    "danger-text": "#ffaba5",
    "ok-soft": "#182e20",
    "ok-text": "#91dfad",
}
