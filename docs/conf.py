"""The configuration of the documentation site, as Sphinx reads it.

``sphinx-build -W --keep-going -n -b html docs OUT`` builds the site. ``atemoya`` must be importable
and on the path: pages are made from both.
"""

import sys
from pathlib import Path

import atemoya

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "atemoya"
author = "The atemoya developers"
project_copyright = "The atemoya developers"
release = version = atemoya.__version__
language = "en"
# '' and -- are what they are, also in the texts of the command.
smartquotes = False

extensions = [
    "myst_nb",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx_copybutton",
    "sphinx_design",
    "generated_pages",
    "offline",
    "python_items",
    "repository_links",
    "short_code",
]
exclude_patterns = ["_build", "requirements.txt"]

# ---- checks: every reference must lead somewhere; with -W the build fails otherwise ------------

nitpicky = True
nitpick_ignore_regex = [
    # Types of C, and of other libraries, whose documentation is not read when the site is built.
    ("c:identifier", r"(u?int\d+_t|size_t|bool|int|char|float|double|void|DLManagedTensorVersioned)"),
    ("py:.*", r"(numpy|torch|typing|collections|datetime|pathlib|dataclasses)\..*"),
]

# ---- Markdown ----------------------------------------------------------------------------------

myst_enable_extensions = ["attrs_block", "attrs_inline", "colon_fence", "deflist", "fieldlist"]
myst_heading_anchors = 4
# [BENCHMARKS.md](repo:BENCHMARKS.md) is a file of the repository. Pages write the relative path
# (_ext/repository_links.py).
repository = "https://github.com/atemoya/atemoya"
myst_url_schemes = {
    "http": None,
    "https": None,
    "mailto": None,
    "repo": f"{repository}/blob/main/{{{{path}}}}",
}

# ---- notebooks: pages with {code-cell} blocks run when the site is built -----------------------

nb_execution_mode = "force"
nb_execution_timeout = 900
nb_execution_in_temp = True
nb_execution_raise_on_error = True
nb_execution_show_tb = True
nb_merge_streams = True
nb_number_source_lines = False

# ---- the Python reference ----------------------------------------------------------------------

autodoc_member_order = "bysource"
autodoc_typehints = "none"
autodoc_preserve_defaults = True
autosummary_generate = False
numpydoc_show_class_members = False
numpydoc_xref_param_type = False
c_maximum_signature_line_length = 130
add_module_names = False
toc_object_entries_show_parents = "hide"

# ---- looks: nothing is fetched from another host -----------------------------------------------

html_theme = "furo"
html_title = "atemoya"
html_static_path = ["_static"]
html_css_files = ["atemoya.css"]
html_copy_source = False
html_show_sourcelink = False
html_theme_options = {
    "source_repository": repository,
    "source_branch": "main",
    "source_directory": "docs/",
    "top_of_page_buttons": ["edit"],
    "light_css_variables": {
        "color-brand-primary": "#1d6b3f",
        "color-brand-content": "#1d6b3f",
        "color-brand-visited": "#1d6b3f",
        "color-api-name": "#1d6b3f",
        "color-api-pre-name": "#5a6170",
    },
    "dark_css_variables": {
        "color-brand-primary": "#83d3a3",
        "color-brand-content": "#83d3a3",
        "color-brand-visited": "#83d3a3",
        "color-api-name": "#83d3a3",
        "color-api-pre-name": "#a0a7b4",
    },
}
highlight_language = "text"
copybutton_exclude = ".linenos, .gp, .go"
