"""The web studio: a page on top of the service, made from the registry like everything else people touch.

    app       puts page and service into one application, with a sign-in where a token is asked for
    page      what is where: Gradio's blocks, and the parts of our own in parts/
    bench     what happens when somebody does something: orders, progress, comparisons, history
    canvas    from painted colours to masks and label pictures
    words     the same picture as a command line and as Python
    shelf     pictures people brought along, until they are old

No module names a method. Pictures come from the service's own addresses; nothing is fetched from anywhere else.
"""
