"""The arguments of the training examples beside it, and the loaders that they ask for."""

import argparse
from pathlib import Path

from atemoya import PeakGenerator, PeakLoader


def group(argument: str) -> str | list[str]:
    """Returns a group: `plus.bw,minus.bw` is a stranded one, `a.bw` an unstranded one."""
    files = argument.split(",")
    return files if len(files) > 1 else files[0]


def parser_of(doc: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sequences", required=True, metavar="FASTA")
    parser.add_argument("--peaks", required=True, nargs="+", metavar="BED", help="narrowPeak, with summits")
    parser.add_argument("--negatives", required=True, nargs="+", metavar="BED")
    parser.add_argument("--exclusion-lists", nargs="+", metavar="BED")
    parser.add_argument("--signals", required=True, nargs="+", type=group, metavar="BW[,BW]")
    parser.add_argument("--controls", nargs="+", type=group, metavar="BW[,BW]")
    parser.add_argument("--chroms", nargs="+", metavar="CONTIG", help="contigs to train on (default: all)")
    held_out = "contigs to validate on after each epoch; give --chroms without them (default: no validation)"
    parser.add_argument("--validation-chroms", nargs="+", metavar="CONTIG", help=held_out)
    parser.add_argument("--in-window", type=int, default=2114, metavar="BASES", help="(default: 2114)")
    parser.add_argument("--out-window", type=int, default=1000, metavar="BASES", help="(default: 1000)")
    parser.add_argument("--epochs", type=int, default=2, metavar="N", help="of the whole training (default: 2)")
    parser.add_argument("--batch-size", type=int, default=32, metavar="N", help="of all ranks together (default: 32)")
    parser.add_argument("--num-workers", type=int, default=1, metavar="N", help="threads that gather (default: 1)")
    parser.add_argument("--random-state", type=int, default=0, metavar="SEED", help="(default: 0)")
    parser.add_argument("--out", type=Path, metavar="DIR", help="directory of the checkpoint (default: none is saved)")
    parser.add_argument("--resume", action="store_true", help="go on from the checkpoint in --out, if there is one")
    parser.add_argument("--save-every", type=int, default=50, metavar="STEPS",
                        help="steps from checkpoint to checkpoint, beside the epochs' ends (default: 50)")
    return parser


def parse(doc: str) -> argparse.Namespace:
    """Parses the command line, and makes the directory of the checkpoint."""
    parser = parser_of(doc)
    args = parser.parse_args()
    if args.validation_chroms and set(args.validation_chroms) & set(args.chroms or args.validation_chroms):
        parser.error("give --chroms without the contigs of --validation-chroms")
    if args.resume and args.out is None:
        parser.error("--resume needs --out, the directory of the checkpoint")
    if args.out is not None:
        args.out.mkdir(parents=True, exist_ok=True)
    return args


def training(args: argparse.Namespace, **changes) -> PeakLoader:
    """Returns the loader to train on. The first call packs the files into the cache."""
    return PeakGenerator(
        args.peaks, args.negatives, args.sequences, args.signals, args.controls, summits=True,
        exclusion_lists=args.exclusion_lists, in_window=args.in_window, out_window=args.out_window,
        random_state=args.random_state, num_workers=args.num_workers, batch_size=args.batch_size,
        **{"chroms": args.chroms, **changes})


def validation(args: argparse.Namespace, **changes) -> PeakLoader | None:
    """Returns a loader of every peak on the held-out contigs once, as it is; None without such."""
    if not args.validation_chroms:
        return None
    as_it_is = dict(max_jitter=0, negative_ratio=0, reverse_complement=False, shuffle=False)
    return training(args, chroms=args.validation_chroms, **as_it_is, **changes)
