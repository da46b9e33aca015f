"""The shell: one module a command, in ``commands``, loaded when it is called: the others do not wait for it."""

from __future__ import annotations

import importlib
import os
import sys

import click

from zen_gc_core import __version__, tracing
from zen_gc_core.errors import ClusterError, InputError, ZenGCError
from zen_gc_core.texts import visible_lines

_COMMANDS = {
    "plan": "Show what policies would do, and why; writes nothing.",
    "run": "Clean up once, with your own rights.",
    "why": "Show why an object goes or stays.",
    "forecast": "Show what will be due, and when.",
    "validate": "Check policies.",
    "explain": "Explain a keyword of policies.",
    "init": "Print a first policy.",
    "test": "Compare plans with those that are expected.",
    "controller": "Run the controller.",
    "rbac": "Print the roles that policies need, or what is missing of them.",
    "approve": "Let one policy past its breaker.",
    "import": "Turn policies of other cleaners into policies that never delete more.",
    "restore": "Bring back what a policy deleted, scaled down or suspended.",
    "plugins": "List the installed plugins and their keywords.",
    "crd": "Print the CustomResourceDefinitions.",
    "demo": "Show it all on an embedded cluster.",
    "sandbox": "Serve an embedded cluster for kubectl.",
    "eval": "Show what an expression yields on an object.",
    "version": "Print the version, and what it stands on.",
    "completion": "Print the completion script of a shell.",
}

_MODULES = {"import": "importing"}
"""Commands whose names are no names of modules."""


_KUBECTL = "kubectl zen-gc"


def _program() -> str:
    """The name under which the program was called: kubectl runs it as ``kubectl-zen_gc``."""
    return _KUBECTL if os.path.basename(sys.argv[0]).startswith("kubectl-") else "zen-gc"  # noqa: PTH119  no path is needed


def _renamed(command: click.Command) -> click.Command:
    """A command whose examples call the program by the name under which it was called."""
    if _program() == _KUBECTL and command.epilog and _KUBECTL not in command.epilog:
        command.epilog = command.epilog.replace("zen-gc ", f"{_KUBECTL} ")
    return command


class _Commands(click.Group):
    """Commands that are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        module = _MODULES.get(cmd_name, cmd_name)
        command: click.Command = importlib.import_module(f"{__name__}.commands.{module}").command
        return _renamed(command)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            near = click.exceptions.NoSuchOption(args[0], possibilities=list(_COMMANDS)).possibilities or []
            close = [name for name in near if name.startswith(args[0][:2])]
            raise click.UsageError(error.message + (f" Did you mean '{close[0]}'?" if close else ""), ctx) from None


@click.command(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog="\b\nExamples:\n"
    "  zen-gc plan -f policy.yaml -f objects.yaml\n"
    "  zen-gc plan -f policy.yaml --live\n"
    "  zen-gc validate -f policies/\n"
    "  zen-gc demo",
)
@click.version_option(__version__, prog_name="zen-gc", message="%(prog)s %(version)s")
def program() -> None:
    """A declarative garbage collector for Kubernetes that operators can trust with DELETE."""


def main() -> None:
    """The console script: run a command; errors are one line each on standard error, never a traceback.

    Exit codes: 0 done; 1 something failed; 2 wrong usage, unreadable input or an invalid policy; 130 interrupted.
    """
    sys.exit(_run())


def _run() -> int:
    try:
        outcome = _renamed(program).main(prog_name=_program(), standalone_mode=False)
    except click.ClickException as error:
        return _misused(error)
    except (click.exceptions.Abort, KeyboardInterrupt):
        return 130
    except InputError as error:
        return _failed(error, 2)
    except ZenGCError as error:
        return _failed(error, 1)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:  # noqa: BLE001  the last resort: one line, not a traceback
        tracing.show(error)
        return _failed(
            ClusterError(f"this is a bug: {type(error).__name__}: {error} (ZEN_GC_TRACEBACK=1 shows where)"), 1
        )
    return outcome if isinstance(outcome, int) else 0


def _misused(error: click.ClickException) -> int:
    """Say what is wrong with a command line, in one line; without any command, show the help."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        click.echo(error.format_message())
        return error.exit_code
    asked = " ".join([_program(), *(word for word in sys.argv[1:2] if word in _COMMANDS)])
    command = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else asked
    return _failed(InputError(f"{command}: {error.format_message()} (see {command} --help)"), error.exit_code)


def _failed(error: Exception, code: int) -> int:
    click.echo(visible_lines(str(error)), err=True)
    return code
