"""The bibliography: every publication a method, block or docs page may cite, by key."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Paper:
    """One publication. `where` is venue or arXiv number; `url` a stable address to read it."""

    key: str
    authors: str
    title: str
    where: str
    year: int
    url: str = ""

    def __str__(self) -> str:
        return f"{self.authors}: {self.title}. {self.where}, {self.year}."


_ALL = (
    Paper("jing2019", "Jing, Yang, Feng, Ye, Yu, Song", "Neural Style Transfer: A Review", "IEEE TVCG; arXiv:1705.04058", 2019, "https://arxiv.org/abs/1705.04058"),
    Paper("gatys2015", "Gatys, Ecker, Bethge", "Texture Synthesis Using Convolutional Neural Networks", "NIPS; arXiv:1505.07376", 2015, "https://arxiv.org/abs/1505.07376"),
    Paper("gatys2016", "Gatys, Ecker, Bethge", "Image Style Transfer Using Convolutional Neural Networks", "CVPR; arXiv:1508.06576", 2016, "https://arxiv.org/abs/1508.06576"),
    Paper("gatys2017", "Gatys, Ecker, Bethge, Hertzmann, Shechtman", "Controlling Perceptual Factors in Neural Style Transfer", "CVPR; arXiv:1611.07865", 2017, "https://arxiv.org/abs/1611.07865"),
    Paper("gatys2016colour", "Gatys, Bethge, Hertzmann, Shechtman", "Preserving Color in Neural Artistic Style Transfer", "arXiv:1606.05897", 2016, "https://arxiv.org/abs/1606.05897"),
    Paper("simonyan2015", "Simonyan, Zisserman", "Very Deep Convolutional Networks for Large-Scale Image Recognition", "ICLR; arXiv:1409.1556", 2015, "https://arxiv.org/abs/1409.1556"),
    Paper("reinhard2001", "Reinhard, Ashikhmin, Gooch, Shirley", "Color Transfer between Images", "IEEE CG&A 21(5)", 2001, "https://doi.org/10.1109/38.946629"),
    Paper("pitie2007", "Pitie, Kokaram", "The Linear Monge-Kantorovitch Linear Colour Mapping for Example-Based Colour Transfer", "CVMP", 2007, "https://doi.org/10.1049/cp:20070055"),
    Paper("kolkin2019", "Kolkin, Salavon, Shakhnarovich", "Style Transfer by Relaxed Optimal Transport and Self-Similarity", "CVPR; arXiv:1904.12785", 2019, "https://arxiv.org/abs/1904.12785"),
    Paper("liu1989", "Liu, Nocedal", "On the Limited Memory BFGS Method for Large Scale Optimization", "Mathematical Programming 45", 1989, "https://doi.org/10.1007/BF01589116"),
    Paper("li2017laplacian", "Li, Xu, Nie, Chua", "Laplacian-Steered Neural Style Transfer", "ACM Multimedia; arXiv:1707.01253", 2017, "https://arxiv.org/abs/1707.01253"),
    Paper("li2017demystifying", "Li, Wang, Liu, Hou", "Demystifying Neural Style Transfer", "IJCAI; arXiv:1701.01036", 2017, "https://arxiv.org/abs/1701.01036"),
    Paper("risser2017", "Risser, Wilmot, Barnes", "Stable and Controllable Neural Texture Synthesis and Style Transfer Using Histogram Losses", "arXiv:1701.08893", 2017, "https://arxiv.org/abs/1701.08893"),
    Paper("li2016", "Li, Wand", "Combining Markov Random Fields and Convolutional Neural Networks for Image Synthesis", "CVPR; arXiv:1601.04589", 2016, "https://arxiv.org/abs/1601.04589"),
    Paper("chen2016", "Chen, Schmidt", "Fast Patch-based Style Transfer of Arbitrary Style", "NIPS Workshop on Constructive Machine Learning; arXiv:1612.04337", 2016, "https://arxiv.org/abs/1612.04337"),
    Paper("champandard2016", "Champandard", "Semantic Style Transfer and Turning Two-Bit Doodles into Fine Artworks", "arXiv:1603.01768", 2016, "https://arxiv.org/abs/1603.01768"),
    Paper("liu2016", "Liu, Gousseau, Xia", "Texture Synthesis through Convolutional Neural Networks and Spectrum Constraints", "ICPR; arXiv:1605.01141", 2016, "https://arxiv.org/abs/1605.01141"),
    Paper("galerne2011", "Galerne, Gousseau, Morel", "Random Phase Textures: Theory and Synthesis", "IEEE TIP 20(1)", 2011, "https://doi.org/10.1109/TIP.2010.2052822"),
    Paper("portilla2000", "Portilla, Simoncelli", "A Parametric Texture Model Based on Joint Statistics of Complex Wavelet Coefficients", "IJCV 40(1)", 2000, "https://doi.org/10.1023/A:1026553619983"),
    Paper("simoncelli1995", "Simoncelli, Freeman", "The Steerable Pyramid: A Flexible Architecture for Multi-Scale Derivative Computation", "ICIP", 1995, "https://doi.org/10.1109/ICIP.1995.537667"),
    Paper("moisan2011", "Moisan", "Periodic plus Smooth Image Decomposition", "Journal of Mathematical Imaging and Vision 39", 2011, "https://doi.org/10.1007/s10851-010-0227-1"),
    Paper("mahendran2015", "Mahendran, Vedaldi", "Understanding Deep Image Representations by Inverting Them", "CVPR; arXiv:1412.0035", 2015, "https://arxiv.org/abs/1412.0035"),
    Paper("mahendran2016", "Mahendran, Vedaldi", "Visualizing Deep Convolutional Neural Networks Using Natural Pre-Images", "IJCV 120; arXiv:1512.02017", 2016, "https://arxiv.org/abs/1512.02017"),
    Paper("kolkin2022", "Kolkin, Kucera, Paris, Sykora, Shechtman, Shakhnarovich", "Neural Neighbor Style Transfer", "arXiv:2203.13215", 2022, "https://arxiv.org/abs/2203.13215"),
    Paper("burt1983", "Burt, Adelson", "The Laplacian Pyramid as a Compact Image Code", "IEEE Transactions on Communications 31(4)", 1983, "https://doi.org/10.1109/TCOM.1983.1095851"),
    Paper("dosovitskiy2016", "Dosovitskiy, Brox", "Inverting Visual Representations with Convolutional Networks", "CVPR; arXiv:1506.02753", 2016, "https://arxiv.org/abs/1506.02753"),
    Paper("dosovitskiy2016deepsim", "Dosovitskiy, Brox", "Generating Images with Perceptual Similarity Metrics based on Deep Networks", "NIPS; arXiv:1602.02644", 2016, "https://arxiv.org/abs/1602.02644"),
    Paper("wang2020", "Wang, Li, Wang, Hu, Yang", "Collaborative Distillation for Ultra-Resolution Universal Style Transfer", "CVPR; arXiv:2003.08436", 2020, "https://arxiv.org/abs/2003.08436"),
    Paper("sheng2018", "Sheng, Lin, Shao, Wang", "Avatar-Net: Multi-scale Zero-shot Style Transfer by Feature Decoration", "CVPR; arXiv:1805.03857", 2018, "https://arxiv.org/abs/1805.03857"),
    Paper("johnson2016", "Johnson, Alahi, Fei-Fei", "Perceptual Losses for Real-Time Style Transfer and Super-Resolution", "ECCV; arXiv:1603.08155", 2016, "https://arxiv.org/abs/1603.08155"),
    Paper("dumoulin2017", "Dumoulin, Shlens, Kudlur", "A Learned Representation for Artistic Style", "ICLR; arXiv:1610.07629", 2017, "https://arxiv.org/abs/1610.07629"),
    Paper("huang2017", "Huang, Belongie", "Arbitrary Style Transfer in Real-Time with Adaptive Instance Normalization", "ICCV; arXiv:1703.06868", 2017, "https://arxiv.org/abs/1703.06868"),
    Paper("li2017wct", "Li, Fang, Yang, Wang, Lu, Yang", "Universal Style Transfer via Feature Transforms", "NIPS; arXiv:1705.08086", 2017, "https://arxiv.org/abs/1705.08086"),
    Paper("ghiasi2017", "Ghiasi, Lee, Kudlur, Dumoulin, Shlens", "Exploring the Structure of a Real-Time, Arbitrary Neural Artistic Stylization Network", "BMVC; arXiv:1705.06830", 2017, "https://arxiv.org/abs/1705.06830"),
    Paper("wang2023microast", "Wang, Zhang, Zhao, Zuo, Li, Xing, Lu", "MicroAST: Towards Super-Fast Ultra-Resolution Arbitrary Style Transfer", "AAAI; arXiv:2211.15313", 2023, "https://arxiv.org/abs/2211.15313"),
    Paper("zhang2017msgnet", "Zhang, Dana", "Multi-style Generative Network for Real-time Transfer", "arXiv:1703.06953", 2017, "https://arxiv.org/abs/1703.06953"),
    Paper("ulyanov2016", "Ulyanov, Lebedev, Vedaldi, Lempitsky", "Texture Networks: Feed-forward Synthesis of Textures and Stylized Images", "ICML; arXiv:1603.03417", 2016, "https://arxiv.org/abs/1603.03417"),
    Paper("ulyanov2017", "Ulyanov, Vedaldi, Lempitsky", "Improved Texture Networks: Maximizing Quality and Diversity in Feed-forward Stylization and Texture Synthesis", "CVPR; arXiv:1701.02096", 2017, "https://arxiv.org/abs/1701.02096"),
    Paper("li2016mgan", "Li, Wand", "Precomputed Real-Time Texture Synthesis with Markovian Generative Adversarial Networks", "ECCV; arXiv:1604.04382", 2016, "https://arxiv.org/abs/1604.04382"),
    Paper("chen2017stylebank", "Chen, Yuan, Liao, Yu, Hua", "StyleBank: An Explicit Representation for Neural Image Style Transfer", "CVPR; arXiv:1703.09210", 2017, "https://arxiv.org/abs/1703.09210"),
    Paper("li2017diversified", "Li, Fang, Yang, Wang, Lu, Yang", "Diversified Texture Synthesis with Feed-forward Networks", "CVPR; arXiv:1703.01664", 2017, "https://arxiv.org/abs/1703.01664"),
    Paper("hertzmann1998", "Hertzmann", "Painterly Rendering with Curved Brush Strokes of Multiple Sizes", "SIGGRAPH", 1998, "https://doi.org/10.1145/280814.280951"),
    Paper("hertzmann2000", "Hertzmann, Perlin", "Painterly Rendering for Video and Interaction", "NPAR", 2000, "https://doi.org/10.1145/340916.340917"),
    Paper("winnemoeller2006", "Winnemoeller, Olsen, Gooch", "Real-Time Video Abstraction", "SIGGRAPH; ACM TOG 25(3)", 2006, "https://doi.org/10.1145/1141911.1142018"),
    Paper("winnemoeller2012", "Winnemoeller, Kyprianidis, Olsen", "XDoG: An eXtended Difference-of-Gaussians Compendium Including Advanced Image Stylization", "Computers & Graphics 36(6)", 2012, "https://doi.org/10.1016/j.cag.2012.03.004"),
    Paper("kang2007", "Kang, Lee, Chui", "Coherent Line Drawing", "NPAR", 2007, "https://doi.org/10.1145/1274871.1274878"),
    Paper("kyprianidis2008", "Kyprianidis, Doellner", "Image Abstraction by Structure Adaptive Filtering", "EG UK Theory and Practice of Computer Graphics", 2008, "https://doi.org/10.2312/LocalChapterEvents/TPCG/TPCG08/051-058"),
    Paper("kyprianidis2009", "Kyprianidis, Kang, Doellner", "Image and Video Abstraction by Anisotropic Kuwahara Filtering", "Computer Graphics Forum 28(7)", 2009, "https://doi.org/10.1111/j.1467-8659.2009.01574.x"),
    Paper("kyprianidis2010", "Kyprianidis, Semmo, Kang, Doellner", "Anisotropic Kuwahara Filtering with Polynomial Weighting Functions", "EG UK Theory and Practice of Computer Graphics", 2010, "https://doi.org/10.2312/LocalChapterEvents/TPCG/TPCG10/025-030"),
    Paper("bousseau2006", "Bousseau, Kaplan, Thollot, Sillion", "Interactive Watercolor Rendering with Temporal Coherence and Abstraction", "NPAR", 2006, "https://doi.org/10.1145/1124728.1124751"),
    Paper("bousseau2007", "Bousseau, Neyret, Thollot, Salesin", "Video Watercolorization using Bidirectional Texture Advection", "ACM TOG 26(3)", 2007, "https://doi.org/10.1145/1276377.1276507"),
    Paper("pitie2007sliced", "Pitie, Kokaram, Dahyot", "Automated Colour Grading Using Colour Distribution Transfer", "Computer Vision and Image Understanding 107", 2007, "https://doi.org/10.1016/j.cviu.2006.11.011"),
    Paper("chang2015", "Chang, Fried, Liu, DiVerdi, Finkelstein", "Palette-based Photo Recoloring", "SIGGRAPH; ACM TOG 34(4)", 2015, "https://doi.org/10.1145/2766978"),
    Paper("he2010", "He, Sun, Tang", "Guided Image Filtering", "ECCV", 2010, "https://doi.org/10.1007/978-3-642-15549-9_1"),
    Paper("rother2004", "Rother, Kolmogorov, Blake", "GrabCut: Interactive Foreground Extraction Using Iterated Graph Cuts", "SIGGRAPH; ACM TOG 23(3)", 2004, "https://doi.org/10.1145/1015706.1015720"),
    Paper("efros1999", "Efros, Leung", "Texture Synthesis by Non-parametric Sampling", "ICCV", 1999, "https://doi.org/10.1109/ICCV.1999.790383"),
    Paper("efros2001", "Efros, Freeman", "Image Quilting for Texture Synthesis and Transfer", "SIGGRAPH", 2001, "https://doi.org/10.1145/383259.383296"),
    Paper("hertzmann2001", "Hertzmann, Jacobs, Oliver, Curless, Salesin", "Image Analogies", "SIGGRAPH", 2001, "https://doi.org/10.1145/383259.383295"),
    Paper("jamriska2019", "Jamriska, Sochorova, Texler, Lukac, Fiser, Lu, Shechtman, Sykora", "Stylizing Video by Example", "ACM TOG 38(4)", 2019, "https://doi.org/10.1145/3306346.3323006"),
    Paper("barnes2009", "Barnes, Shechtman, Finkelstein, Goldman", "PatchMatch: A Randomized Correspondence Algorithm for Structural Image Editing", "ACM TOG 28(3)", 2009, "https://doi.org/10.1145/1531326.1531330"),
    Paper("fiser2016", "Fiser, Jamriska, Lukac, Shechtman, Asente, Lu, Sykora", "StyLit: Illumination-Guided Example-Based Stylization of 3D Renderings", "ACM TOG 35(4)", 2016, "https://doi.org/10.1145/2897824.2925948"),
    Paper("jamriska2015", "Jamriska, Fiser, Asente, Lu, Shechtman, Sykora", "LazyFluids: Appearance Transfer for Fluid Animations", "ACM TOG 34(4)", 2015, "https://doi.org/10.1145/2766983"),
    Paper("yang2017", "Yang, Liu, Lian, Guo", "Awesome Typography: Statistics-Based Text Effects Transfer", "CVPR; arXiv:1611.09026", 2017, "https://arxiv.org/abs/1611.09026"),
    Paper("sykora2019", "Sykora, Jamriska, Texler, Fiser, Lukac, Lu, Shechtman", "StyleBlit: Fast Example-Based Stylization with Local Guidance", "Computer Graphics Forum 38(2); arXiv:1807.03249", 2019, "https://doi.org/10.1111/cgf.13621"),
    Paper("texler2021", "Texler, Texler, Kucera, Chai, Sykora", "FaceBlit: Instant Real-Time Example-Based Style Transfer to Facial Videos", "Proceedings of the ACM on Computer Graphics and Interactive Techniques 4(1)", 2021, "https://doi.org/10.1145/3451270"),
)  # fmt: skip

PAPERS: dict[str, Paper] = {paper.key: paper for paper in _ALL}
