"""``zen-gc completion``: the completion script of a shell."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class


@click.command(
    epilog="\b\nExamples:\n"
    "  source <(zen-gc completion bash)\n"
    "  source <(zen-gc completion zsh)\n"
    "  zen-gc completion fish > ~/.config/fish/completions/zen-gc.fish"
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(context: click.Context, shell: str) -> None:
    """Print the script that makes SHELL complete zen-gc's commands and options."""
    kind = get_completion_class(shell)
    root = context.find_root()
    if kind is None:
        raise click.UsageError(f"no completion for {shell}")
    click.echo(kind(root.command, {}, "zen-gc", "_ZEN_GC_COMPLETE").source())
