"""What `plrlib` offers: each name with the module that defines it; __init__.py imports from there."""

from plrlib import show as show
from plrlib.explorer.explorer import explore as explore
from plrlib.faults import Fault as Fault
from plrlib.faults import NotInStudy as NotInStudy
from plrlib.faults import StudyError as StudyError
from plrlib.privacy.consent import kwic as kwic
from plrlib.privacy.consent import text_of as text_of
from plrlib.privacy.consent import words_of as words_of
from plrlib.privacy.disclosure import merges as merges
from plrlib.privacy.disclosure import small_groups as small_groups
from plrlib.privacy.identifiers import identifiers as identifiers
from plrlib.stats.agreement import agreement as agreement
from plrlib.stats.bounds.presence import attribution as attribution
from plrlib.stats.bounds.presence import presence as presence
from plrlib.stats.change import change as change
from plrlib.stats.claims import joint_display as joint_display
from plrlib.stats.comparison.compare import compare as compare
from plrlib.stats.comparison.power import power as power
from plrlib.stats.comparison.power import smallest_difference as smallest_difference
from plrlib.stats.design import design as design
from plrlib.stats.design import talk as talk
from plrlib.stats.matrix import matrix as matrix
from plrlib.stats.saturation import saturation as saturation
from plrlib.stats.simulate.plan import Coder as Coder
from plrlib.stats.simulate.plan import Plan as Plan
from plrlib.stats.simulate.plan import Room as Room
from plrlib.stats.simulate.plan import alone as alone
from plrlib.stats.simulate.simulate import Simulated as Simulated
from plrlib.stats.simulate.simulate import files_of as files_of
from plrlib.stats.simulate.simulate import simulate as simulate
from plrlib.stats.themes import envelopes as envelopes
from plrlib.stats.themes import moved as moved
from plrlib.stats.themes import sides as sides
from plrlib.stats.words import families as families
from plrlib.stats.words import keyness as keyness
from plrlib.study.load import Study as Study
from plrlib.study.load import load_study as load_study

__version__: str
